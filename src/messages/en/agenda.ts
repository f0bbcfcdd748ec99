import type { agenda as zh } from '../zh/agenda.ts'

export const agenda: Record<keyof typeof zh, string> = {}
