import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { announce } from '../../lib/live/announce.ts'
import { Refusal, refuseIf } from '../../lib/refusal.ts'
import { paperOf } from '../ballots/answers.ts'
import type { Frozen } from '../ballots/frozen.ts'
import { refuseUnfinishedPapers } from '../papers/reads.ts'
import { onBallot } from '../stops/store.ts'
import { handsAt } from './reads.ts'
import { type Hands, handsState, whyNotRaise, whyNotRecord } from './rules.ts'

interface Act {
  /** The ballot's number. */
  no: number
  by: { personId: number }
  at: Date
}

/** More hands than there are households to raise them; the number stands in the sentence. */
export class TooManyHands extends Refusal {}

/**
 * 数手: what one of two people counted. When the other has counted the same it is part of the result, once. Each corrects
 * her own numbers; nothing changes once they agree, unless both count anew.
 */
export async function recordHands(db: Db, { no, by, at }: Act, hands: Hands): Promise<void> {
  await onBallot(db, no, async (trx, { ballot, state, stop }) => {
    refuseIf(whyNotRaise({ ...state, ...kindOf(ballot), stopped: stop !== null }))
    if (stop === null) return
    await refuseUnfinishedPapers(trx, ballot.id)
    const { counts, room } = await handsAt(trx, ballot.id)
    const why = whyNotRecord(counts, by.personId, hands, room)
    if (why === 'hands.tooMany') throw new TooManyHands(why, 409, { room })
    refuseIf(why)
    if (handsState(counts) === 'agreed') return
    const said = { in_favour: hands.for, against: hands.against, abstain: hands.abstain, at }
    await trx
      .insertInto('hand_counts')
      .values({ stop_id: stop.id, person_id: by.personId, ...said })
      .onConflict((oc) => oc.columns(['community_id', 'stop_id', 'person_id']).doUpdateSet(said))
      .execute()
    const now = await handsAt(trx, ballot.id)
    if (handsState(now.counts) === 'agreed') await tell(trx, ballot, 'ballot.hands_counted', by, at, { ...hands })
  })
}

/** 重新数: both put their numbers away and count anew. */
export async function recountHands(db: Db, { no, by, at }: Act): Promise<void> {
  await onBallot(db, no, async (trx, { ballot, state, stop }) => {
    refuseIf(whyNotRaise({ ...state, ...kindOf(ballot), stopped: stop !== null }))
    const gone = await trx
      .deleteFrom('hand_counts')
      .where('stop_id', '=', stop?.id ?? 0)
      .returning('person_id')
      .execute()
    if (gone.length > 0) await tell(trx, ballot, 'ballot.hands_again', by, at)
  })
}

/** Whether hands can be counted on such a paper at all: one that asks a household yes or no. */
export const kindOf = ({ voters, rule, ruleVersion }: Pick<Frozen, 'voters' | 'rule' | 'ruleVersion'>) => ({
  households: voters === 'household',
  yesno: paperOf(rule, ruleVersion) === 'yesno',
})

async function tell(
  trx: Trx,
  ballot: Frozen,
  verb: 'ballot.hands_counted' | 'ballot.hands_again',
  by: Act['by'],
  at: Date,
  particulars: Record<string, number> = {},
): Promise<void> {
  await journal(trx, { subject: { kind: 'ballot', id: ballot.id, no: ballot.no }, verb, by, at, particulars })
  await announce(trx, `meeting:${ballot.meetingNo}`)
  await announce(trx, `count:${ballot.meetingNo}`)
}
