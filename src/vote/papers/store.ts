import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { announce } from '../../lib/live/announce.ts'
import { Refusal, refuseIf } from '../../lib/refusal.ts'
import type { Answer } from '../ballots/answers.ts'
import { castVote } from '../ballots/casting.ts'
import { type Frozen, frozen } from '../ballots/frozen.ts'
import { cameToVote } from '../ballots/others.ts'
import { onBallot } from '../stops/store.ts'
import { type BatchShown, batchesOf, batchOf, voterOnRoll } from './reads.ts'
import { balanceOf, type SheetState, whyNotCount, whyNotEnter, whyNotIssue, whyNotWithdraw } from './rules.ts'

interface Act {
  /** The ballot's number. */
  no: number
  by: { personId: number }
  at: Date
}

/** A "no" that belongs to one box of the form. */
export class BatchRefused extends Refusal {}

/** 发票: papers with these numbers go out into the room. The same form again is the same batch. */
export async function openBatch(
  db: Db,
  { no, by, at }: Act,
  batch: { key: string; firstNo: number; lastNo: number },
): Promise<void> {
  await onBallot(db, no, async (trx, { ballot, state, stop }) => {
    if (ballot.voters !== 'household') throw new Refusal('ballots.deskSeats')
    const known = await batchesOf(trx, ballot.id)
    if (known.some(({ key }) => key === batch.key)) return
    refuseIf(whyNotVoteNow(state, stop))
    const why = whyNotIssue(batch, known)
    if (why) throw new BatchRefused(why)
    const row = { key: batch.key, ballot_id: ballot.id, first_no: batch.firstNo, last_no: batch.lastNo }
    await trx
      .insertInto('paper_batches')
      .values({ ...row, opened_at: at, opened_by: by.personId })
      .execute()
    await tell(trx, ballot, 'ballot.papers_opened', { no, by, at }, batch)
  })
}

/** 收票: what was handed in is in the box, and every vote on it has this time. Before the vote stops; twice is once. */
export async function collectBatch(db: Db, act: Act, key: string): Promise<void> {
  await onBallot(db, act.no, async (trx, { ballot, state, stop }) => {
    const batch = await lockBatch(trx, ballot.id, key)
    if (batch.handed) return
    refuseIf(whyNotVoteNow(state, stop))
    const signed = { handed_at: act.at, handed_by: act.by.personId }
    await trx.updateTable('paper_batches').set(signed).where('id', '=', batch.id).execute()
    await tell(trx, ballot, 'ballot.papers_collected', act, batch)
  })
}

/** 撤掉: a batch that was opened by mistake. */
export async function withdrawBatch(db: Db, act: Act, key: string): Promise<void> {
  await onBallot(db, act.no, async (trx, { ballot }) => {
    const batch = await lockBatch(trx, ballot.id, key)
    refuseIf(whyNotWithdraw(batch))
    await trx.deleteFrom('paper_batches').where('id', '=', batch.id).execute()
    await tell(trx, ballot, 'ballot.papers_withdrawn', act, batch)
  })
}

interface Sheet {
  no: number
  state: SheetState
  /** Of a filled one: the line of the roll, and what is marked. */
  filled: ({ line: string } & Answer) | null
}

/** 录票: one of the two writes down one paper as she reads it; again corrects her own reading, never the other's. */
export async function enterSheet(db: Db, { no, by, at }: Act, key: string, sheet: Sheet): Promise<void> {
  const ballot = await frozen(db, no)
  await db.transaction().execute(async (trx) => {
    const batch = await lockBatch(trx, ballot.id, key)
    refuseIf(whyNotEnter(batch, by.personId, sheet.no))
    const voterId = sheet.filled && (await voterOnRoll(trx, ballot.id, sheet.filled.line))
    if (sheet.filled && voterId === null) throw new BatchRefused('batches.notOnRoll')
    await takePlace(trx, batch, by.personId)
    const { line = null, choice = null, reason = null } = sheet.filled ?? {}
    const read = { state: sheet.state, voter_id: voterId, line, choice, reason: reason || null, at }
    await trx
      .insertInto('paper_sheets')
      .values({ batch_id: batch.id, no: sheet.no, person_id: by.personId, ...read })
      .onConflict((oc) => oc.columns(['community_id', 'batch_id', 'no', 'person_id']).doUpdateSet(read))
      .execute()
  })
}

/** Whoever reads first and whoever reads second; the database refuses that they are one person. */
async function takePlace(trx: Trx, batch: BatchShown, personId: number): Promise<void> {
  if (batch.firstBy === personId || batch.secondBy === personId) return
  const place = batch.firstBy === null ? { first_by: personId } : { second_by: personId }
  await trx.updateTable('paper_batches').set(place).where('id', '=', batch.id).execute()
}

/**
 * 计入: both have read the same and the sum is right, so each paper becomes a vote by the same castVote as any other, timed
 * when it was handed in. First the batch is sealed, then the votes are cast, then it is counted: pressed twice, or after a
 * crash in the middle, the same papers count once. What the household cast later by itself stays.
 */
export async function countBatch(
  db: Db,
  act: Act & { me: Parameters<typeof castVote>[1]['me'] },
  key: string,
): Promise<void> {
  const { no, by, at, me } = act
  const batch = await onBallot(db, no, (trx, on) => seal(trx, on, key, at))
  if (batch.counted) return
  const handedIn = { ballot: no, way: 'paper', me, at: new Date(batch.handedAt as string) } as const
  const votes = balanceOf(batch).filledSheets.map(({ no: sheet, voterId, choice, reason }) => {
    const paper = { voterId: voterId as number }
    return castVote(db, { ...handedIn, choice: choice as string, reason, paper, key: `${batch.key} ${sheet}` })
  })
  for (const cast of await Promise.allSettled(votes))
    if (cast.status === 'rejected' && !isLaterVote(cast.reason)) throw cast.reason

  const { issued: _, filledSheets: __, apart: ___, missing: ____, twice: _____, ...sums } = balanceOf(batch)
  await onBallot(db, no, async (trx, { ballot, state }) => {
    if (state.closed) throw new Refusal('ballots.closedAlready')
    const { numUpdatedRows } = await trx
      .updateTable('paper_batches')
      .set({ counted_at: at, counted_by: by.personId })
      .where('id', '=', batch.id)
      .where('counted_at', 'is', null)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows > 0n) await tell(trx, ballot, 'ballot.papers_counted', { no, by, at }, batch, sums)
  })
}

const isLaterVote = (error: unknown) => error instanceof Refusal && error.key === 'batches.laterVote'

/** From here on nobody changes what was read. Refuses while it does not balance, or holds a paper that cannot count. */
async function seal(
  trx: Trx,
  { ballot, state }: Parameters<Parameters<typeof onBallot>[2]>[1],
  key: string,
  at: Date,
): Promise<BatchShown> {
  const batch = await lockBatch(trx, ballot.id, key)
  if (batch.counted) return batch
  if (state.closed) throw new Refusal('ballots.closedAlready')
  if (state.suspended) throw new Refusal('ballots.suspendedAlready')
  const why = whyNotCount(batch)
  if (why) throw new Refusal(why.key, 409, why.values)
  const { rows } = await sql<{ line: string }>`
    select s.line from paper_sheets s join ballots b on b.id = ${ballot.id}
    where s.batch_id = ${batch.id} and s.person_id = ${batch.firstBy} and s.state = 'filled'
      and not ${cameToVote(ballot, sql`s.voter_id`)} order by s.no`.execute(trx)
  if (rows.length > 0) throw new Refusal('batches.notHere', 409, { lines: rows.map(({ line }) => line).join(' ') })
  await trx
    .updateTable('paper_batches')
    .set({ sealed_at: at })
    .where('id', '=', batch.id)
    .where('sealed_at', 'is', null)
    .execute()
  return batch
}

/** Papers go out and come in while people can vote. */
function whyNotVoteNow(state: { closed: boolean; suspended: boolean }, stop: object | null) {
  if (state.closed) return 'ballots.closedAlready'
  if (state.suspended) return 'ballots.suspendedAlready'
  return stop ? 'batches.stopped' : null
}

/** The batch, held: what the other writes down in the same second, and the counting, come one after the other. */
async function lockBatch(trx: Trx, ballotId: number, key: string): Promise<BatchShown> {
  await trx.selectFrom('paper_batches').where('key', '=', key).select('id').forUpdate().execute()
  return batchOf(trx, ballotId, key)
}

async function tell(
  trx: Trx,
  ballot: Frozen,
  verb: 'ballot.papers_opened' | 'ballot.papers_collected' | 'ballot.papers_withdrawn' | 'ballot.papers_counted',
  { by, at }: Act,
  { firstNo, lastNo }: { firstNo: number; lastNo: number },
  sums: Record<string, number> = {},
): Promise<void> {
  const particulars = { first: firstNo, last: lastNo, ...sums }
  await journal(trx, { subject: { kind: 'ballot', id: ballot.id, no: ballot.no }, verb, by, at, particulars })
  await announce(trx, `meeting:${ballot.meetingNo}`)
}
