import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { announce } from '../../lib/live/announce.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { tellFilers } from '../../listen/filings/store.ts'
import { type NewTrial, whyNotEnd } from '../trials/rules.ts'
import { beginTrial } from '../trials/store.ts'
import { promiseWords } from './endings.ts'
import { linkedIssueIds, moveLinked } from './linked.ts'
import { whyNotDue, whyNotMake } from './rules.ts'

export interface NewResolution {
  meetingNo: number
  /** The agenda item's number, as the meeting's addresses have it. */
  itemNo: number
  text: string
  seatId: number
  personId: number
  /** 'YYYY-MM-DD' */
  dueOn: string
  steps: readonly { title: string; weight: number }[]
  /** It holds for a time only, and is voted on again. */
  trial?: NewTrial | null
}

/**
 * Makes the promise that a passed item ends in: a seat and a person of it, a day, steps. Once an item (409 for the
 * second of two who try); refuses an item that did not pass, a day that is over, a person who does not hold the seat.
 */
export async function makeResolution(
  db: Db,
  letterbox: Letterbox,
  promise: NewResolution,
  by: { personId: number },
  at: Date,
): Promise<{ id: number; no: number; meetingOver: boolean }> {
  return db.transaction().execute(async (trx) => {
    const place = await lockPlace(trx, promise.meetingNo, promise.itemNo)
    const ballot = await lastBallot(trx, place)
    refuseIf(whyNotMake({ passed: ballot?.outcome === 'passed', assigned: place.assigned_at !== null }))
    refuseIf(whyNotDue(promise.dueOn, at))
    if (promise.trial) refuseIf(whyNotEnd(promise.trial.endsOn, at))
    await mustHold(trx, promise.seatId, promise.personId)

    const resolution = await trx
      .insertInto('resolutions')
      .values({
        meeting_id: place.meeting_id,
        item_id: place.item_id,
        ballot_id: ballot?.id ?? null,
        text: promise.text,
        seat_id: promise.seatId,
        person_id: promise.personId,
        due_on: promise.dueOn,
        made_at: at,
        made_by: by.personId,
        claimed_at: null,
        claimed_by: null,
        closed_at: null,
      })
      .returning(['id', 'no', 'item_id'])
      .executeTakeFirstOrThrow()
    if (promise.steps.length > 0) {
      const steps = promise.steps.map((step, i) => ({ ...step, resolution_id: resolution.id, position: i + 1 }))
      await trx
        .insertInto('steps')
        .values(steps.map((step) => ({ ...step, done_at: null, done_by: null })))
        .execute()
    }
    await trx
      .updateTable('running_order')
      .set({ assigned_at: at })
      .where('meeting_id', '=', place.meeting_id)
      .where('item_id', '=', place.item_id)
      .execute()

    const words = await promiseWords(trx, { seat_id: promise.seatId, due_on: promise.dueOn })
    await journal(trx, {
      subject: { kind: 'resolution', id: resolution.id, no: resolution.no },
      verb: 'resolution.made',
      by,
      at,
      became: 'in_progress',
      particulars: words,
    })
    if (promise.trial) await beginTrial(trx, resolution, promise.trial, by, at)
    await announce(trx, `meeting:${promise.meetingNo}`)
    await moveLinked(trx, resolution, {
      from: ['decided'],
      through: [{ to: 'resolving', verb: 'issue.promised' }],
      unless: null,
      by,
      at,
      particulars: words,
      nextStep: promise.text,
      dueOn: promise.dueOn,
    })
    const issueIds = await linkedIssueIds(trx, place.item_id)
    await tellFilers(trx, letterbox, issueIds, `promised:${resolution.id}`, 'tell.promised', words)
    return { id: resolution.id, no: resolution.no, meetingOver: place.adjourned_at !== null }
  })
}

/** Locks the item's place on the running order: whoever comes second finds it assigned. */
async function lockPlace(trx: Trx, meetingNo: number, itemNo: number) {
  return trx
    .selectFrom('running_order')
    .innerJoin('meetings', 'meetings.id', 'running_order.meeting_id')
    .innerJoin('agenda_items', 'agenda_items.id', 'running_order.item_id')
    .select(['meeting_id', 'item_id', 'assigned_at', 'adjourned_at'])
    .where('meetings.no', '=', meetingNo)
    .where('agenda_items.no', '=', itemNo)
    .forUpdate('running_order')
    .executeTakeFirstOrThrow(notFound)
}

/** A question may be put twice in a meeting; what was decided last holds, and an open ballot has decided nothing. */
async function lastBallot(trx: Trx, place: { meeting_id: number; item_id: number }) {
  return trx
    .selectFrom('ballots')
    .select(['id', 'outcome'])
    .where('meeting_id', '=', place.meeting_id)
    .where('item_id', '=', place.item_id)
    .orderBy('id', 'desc')
    .executeTakeFirst()
}

async function mustHold(trx: Trx, seatId: number, personId: number): Promise<void> {
  const holder = await trx
    .selectFrom('seat_holders')
    .innerJoin('people', 'people.id', 'seat_holders.person_id')
    .select('rank')
    .where('seat_id', '=', seatId)
    .where('person_id', '=', personId)
    // Who stands in for a day promises nothing for the year.
    .where('meeting_id', 'is', null)
    .where('left_at', 'is', null)
    .executeTakeFirst()
  refuseIf(holder ? null : 'resolutions.owner.wrong')
}
