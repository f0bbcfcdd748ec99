import type { vote as zh } from '../zh/vote.ts'

export const vote: Record<keyof typeof zh, string> = {}
