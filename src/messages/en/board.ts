import type { board as zh } from '../zh/board.ts'

export const board: Record<keyof typeof zh, string> = {}
