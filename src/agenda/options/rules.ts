/** 方案 — what there is to choose between, what each costs and who bears it (domain J16, J19). Pure; money in whole 分. */
import type { MessageKey } from '../../lib/i18n.ts'

export const pers = ['once', 'month', 'year'] as const
/** Who pays: every household by a share, the neighbourhood's public income, the maintenance fund, the property manager, the town. */
export const bearers = ['none', 'households', 'income', 'fund', 'property', 'town', 'other'] as const
/** Among which households a share is reckoned. */
export const shares = ['all', 'affected'] as const

/** Twenty million yuan: what stands in a whole number of the database, and more than a neighbourhood decides about. */
const mostFen = 2_000_000_000

/** What somebody typed as yuan, in 分: '3600', '3,600.5', '３６００元'. Null: no amount, a fraction of a 分, or too much. */
export function readYuan(typed: string): number | null {
  const plain = typed.normalize('NFKC').replace(/[,\s¥元]/g, '')
  const [, yuan = '', part = ''] = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(plain) ?? []
  if (yuan === '') return null
  const fen = Number(yuan) * 100 + Number(part.padEnd(2, '0'))
  return fen <= mostFen ? fen : null
}

/** 分 as yuan: 360000 → '3600.00'. */
export function yuan(fen: number): string {
  const part = fen % 100
  return `${(fen - part) / 100}.${String(part).padStart(2, '0')}`
}

/**
 * What each household bears, so that the shares add up to the cost to the 分: everybody `each`, and `more` of them one 分
 * on top. Null: there is nobody to share it.
 */
export function shareOf(cost: number, households: number): { each: number; more: number } | null {
  if (households <= 0) return null
  const more = cost % households
  return { each: (cost - more) / households, more }
}

const mostOptions = 6

export function whyNotAddOption(options: number): MessageKey | null {
  return options >= mostOptions ? 'options.tooMany' : null
}

/** The affected buildings from which nobody has been heard about the matter. */
export const unheard = <B extends { voices: number }>(buildings: readonly B[]): B[] =>
  buildings.filter(({ voices }) => voices === 0)
