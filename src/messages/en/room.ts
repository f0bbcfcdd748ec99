import type { room as zh } from '../zh/room.ts'

export const room: Record<keyof typeof zh, string> = {}
