/** 多数 — M1 to M7: for, against, abstain, and how many for it takes. */
import type { ShareRule, UnanimousRule } from './rule.ts'
import { type Check, check, further, natural } from './shares.ts'

export interface Count {
  for: number
  against: number
  abstain: number
  invalid: number
  present: number
  /** E: the roll as it was frozen. */
  all: number
}

export interface MajorityResult {
  kind: 'share' | 'unanimous'
  outcome: 'passed' | 'rejected'
  reason: 'enough' | 'notEnough' | 'tie' | 'against' | 'zero'
  count: Count
  checks: Check<'yes'>[]
  /** Yes that were still lacking, by people who had not voted yet; null: none could have helped. */
  further: number | null
}

/** Y of the base. A base of nobody fails; an exact half is "not enough", only under Y > N it is called a tie. */
export function decideShare(rule: ShareRule, count: Count): MajorityResult {
  const cast = natural(count.for) + natural(count.against) + natural(count.abstain)
  const whole = { cast, present: count.present, all: count.all }[rule.base]
  if (cast > whole) throw new RangeError('more votes than voters')
  const base = whole - (rule.abstain === 'out' ? count.abstain : 0)
  const yes = check('yes', count.for, base, rule.share)
  const reason = base === 0 ? 'zero' : yes.holds ? 'enough' : isTie(rule, count) ? 'tie' : 'notEnough'
  // Whoever has not voted is in the base already, unless the base is the votes: then each further yes makes it grow.
  const lacking = rule.base === 'cast' ? further(count.for, base, rule.share) : yes.short
  return { kind: 'share', outcome: yes.holds ? 'passed' : 'rejected', reason, count, checks: [yes], further: lacking }
}

const isTie = ({ base, abstain, share }: ShareRule, count: Count): boolean =>
  base === 'cast' && abstain === 'out' && share.strict && 2 * share.num === share.den && count.for === count.against

/** Loose: one yes and no no. Strict: everybody present says yes. Abstentions alone decide nothing. */
export function decideUnanimous(rule: UnanimousRule, count: Count): MajorityResult {
  const cast = natural(count.for) + natural(count.against) + natural(count.abstain)
  if (rule.strict && cast > count.present) throw new RangeError('more votes than voters')
  const base = rule.strict ? count.present : count.for + count.against
  const yes = check('yes', count.for, base, { num: 1, den: 1, strict: false })
  const reason = base === 0 ? 'zero' : yes.holds ? 'enough' : count.against > 0 ? 'against' : 'notEnough'
  const lacking = count.against > 0 ? null : rule.strict ? yes.short : yes.holds ? 0 : 1
  return {
    kind: 'unanimous',
    outcome: yes.holds ? 'passed' : 'rejected',
    reason,
    count,
    checks: [yes],
    further: lacking,
  }
}
