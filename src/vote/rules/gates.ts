/** 四议两公开 — G4: four deliberations and two disclosures, one gate after the other; one that fails stops all (villages). */
import type { GateRule, Stage } from './rule.ts'
import { type Check, check } from './shares.ts'

/** What happened at a gate: it was done, or who belongs to the body, who came, and who said yes. */
export interface StageCount {
  done: boolean
  members: number
  present: number
  for: number
}

type Stop = Pick<GateResult, 'outcome' | 'reason' | 'at'>
type GateCheck = Check<'attendance' | 'yes'>

export interface GateResult {
  kind: 'gates'
  /** open: some gate is still ahead. */
  outcome: 'passed' | 'rejected' | 'open'
  reason: 'allDone' | 'fewCame' | 'notEnough' | 'ahead'
  /** Where it stands; null when all is done. */
  at: Stage['stage'] | null
  stages: {
    stage: Stage['stage']
    state: 'passed' | 'failed' | 'ahead'
    count: StageCount | null
    checks: GateCheck[]
  }[]
}

/** `counts`: what happened so far, in the order of the stages; what lies ahead is not there yet. */
export function walkGates({ stages }: Pick<GateRule, 'stages'>, counts: readonly StageCount[]): GateResult {
  const walked: GateResult['stages'] = []
  let stopped: Stop | null = null
  for (const [i, stage] of stages.entries()) {
    const count = counts[i]
    const checks: GateCheck[] = count && !stopped ? checksOf(stage, count) : []
    const state: GateResult['stages'][number]['state'] =
      stopped || !count?.done ? 'ahead' : checks.every(({ holds }) => holds) ? 'passed' : 'failed'
    walked.push({ stage: stage.stage, state, count: stopped ? null : (count ?? null), checks })
    if (stopped || state === 'passed') continue
    const failed = checks.find(({ holds }) => !holds)?.what
    const reason: GateResult['reason'] = state === 'ahead' ? 'ahead' : failed === 'attendance' ? 'fewCame' : 'notEnough'
    stopped = { outcome: state === 'ahead' ? 'open' : 'rejected', reason, at: stage.stage }
  }
  return { kind: 'gates', ...(stopped ?? { outcome: 'passed', reason: 'allDone', at: null }), stages: walked }
}

function checksOf({ attendance, decision }: Stage, { members, present, for: yes }: StageCount): GateCheck[] {
  if (present > members || yes > present) throw new RangeError('more than there are')
  const checks: GateCheck[] = []
  if (attendance) checks.push(check('attendance', present, members, attendance))
  // "Due" members: more than half of all who belong to the body, whoever came.
  if (decision) checks.push(check('yes', yes, decision.of === 'all' ? members : present, decision.share))
  return checks
}
