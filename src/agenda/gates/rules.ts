/** 四议两公开 — the stages a village's matter passes before and after its assembly (domain 3.6 G4). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'

/** In order: 提议, 商议, 审议, then the assembly's own vote (not recorded here), 决议公开, 实施结果公开. */
export const gates = ['propose', 'consult', 'party', 'publish', 'report'] as const
export type Gate = (typeof gates)[number]
const before: readonly Gate[] = ['propose', 'consult', 'party']

export interface Counted {
  /** How many there are who should come. */
  due: number | null
  attended: number | null
  yes: number | null
}

/** At which stages people are counted; the others are a day on which something was said or posted. */
export const isCounted = (gate: Gate): boolean => gate === 'consult' || gate === 'party'

/**
 * 两委商议: more than half of those who came. 党员大会审议: at least two thirds of the members came, and more than half of
 * all members said yes.
 */
export function passesGate(gate: Gate, { due, attended, yes }: Counted): boolean {
  if (!isCounted(gate)) return true
  if (attended === null || yes === null) return false
  if (gate === 'consult') return 2 * yes > attended
  return due !== null && due > 0 && 3 * attended >= 2 * due && 2 * yes > due
}

/** What is wrong with numbers somebody typed. */
export function faultsOf(gate: Gate, { due, attended, yes }: Counted): Record<string, MessageKey> {
  if (!isCounted(gate)) return {}
  if (attended === null) return { attended: 'gates.number' }
  if (yes === null) return { yes: 'gates.number' }
  if (gate === 'party' && due === null) return { due: 'gates.number' }
  if (due !== null && attended > due) return { attended: 'gates.moreThanDue' }
  return yes > attended ? { yes: 'gates.moreThanCame' } : {}
}

export interface Recorded {
  gate: Gate
  passed: boolean
}

/** The assembly has the matter when the three stages before it have passed. */
export function whyNotAssembly(recorded: readonly Recorded[]): MessageKey | null {
  return whyNotAfter(before, recorded)
}

/** A stage is recorded in its turn; one that failed stops the matter. `adopted`: the assembly has voted for it. */
export function whyNotRecord(gate: Gate, recorded: readonly Recorded[], adopted: boolean): MessageKey | null {
  const at = gates.indexOf(gate)
  if (recorded.some((one) => gates.indexOf(one.gate) > at)) return 'gates.later'
  if (before.includes(gate)) return adopted ? 'gates.later' : whyNotAfter(before.slice(0, at), recorded)
  if (!adopted) return 'gates.notAdopted'
  return gate === 'report' && !recorded.some((one) => one.gate === 'publish') ? 'gates.publishFirst' : null
}

function whyNotAfter(wanted: readonly Gate[], recorded: readonly Recorded[]): MessageKey | null {
  for (const gate of wanted) {
    const found = recorded.find((one) => one.gate === gate)
    if (!found) return `gates.missing.${gate}` as MessageKey
    if (!found.passed) return 'gates.stopped'
  }
  return null
}
