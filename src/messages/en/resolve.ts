import type { resolve as zh } from '../zh/resolve.ts'

export const resolve: Record<keyof typeof zh, string> = {}
