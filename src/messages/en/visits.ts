import type { visits as zh } from '../zh/visits.ts'

export const visits: Record<keyof typeof zh, string> = {}
