import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { readCode, sha256 } from '../../lib/tokens.ts'
import { type Actor, isSettledForGood } from '../resolutions/rules.ts'
import { type Answer, askedLongAgo, isHandler, verdict } from './rules.ts'

/**
 * What the holder of a tracking code is asked: the open question if there is one, else the last one she was asked.
 * One statement; 404 for a code nobody was given.
 */
export async function questionOf(db: Db, code: string, at: Date) {
  const filing = await db
    .selectFrom('filings')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('revisits')
          .innerJoin('resolutions', 'resolutions.id', 'revisits.resolution_id')
          .innerJoin('seats', 'seats.id', 'resolutions.seat_id')
          .whereRef('revisits.filing_id', '=', 'filings.id')
          .select([
            'revisits.id',
            'revisits.cycle as asked_cycle',
            'answered_at',
            'resolutions.no',
            'resolutions.text',
            'resolutions.evidence',
            'resolutions.cycle',
            'resolutions.due_on',
            'claimed_at',
            'closed_at',
            'seats.name as seat',
            'seats.name_en as seatEn',
          ])
          .orderBy(sql`answered_at is null and revisits.cycle = resolutions.cycle`, 'desc')
          .orderBy('revisits.id', 'desc')
          .limit(1)
          .as('last'),
      (join) => join.onTrue(),
    )
    .where('code_sha256', '=', sha256(readCode(code)))
    .select('filings.words as said')
    .selectAll('last')
    .executeTakeFirstOrThrow(notFound)
  return { ...filing, standing: standingOf(filing, at) }
}

export type Question = Awaited<ReturnType<typeof questionOf>>
type Standing = 'none' | 'open' | 'again' | 'over' | 'thanks'

interface Asked {
  id: number | null
  asked_cycle: number | null
  cycle: number | null
  answered_at: Date | null
  closed_at: Date | null
}

function standingOf(last: Asked, at: Date): Standing {
  if (last.id === null) return 'none'
  if (last.answered_at) return 'thanks'
  if (last.asked_cycle !== last.cycle) return 'again'
  return isSettledForGood(last.closed_at, at) ? 'over' : 'open'
}

const deskSize = 25

/** Who has not answered, those who were asked first before the others; 25 at a time, above `after`. One statement. */
export async function waitingRevisits(db: Db, after: number | undefined, me: Actor) {
  const rows = await db
    .selectFrom('revisits')
    .innerJoin('resolutions', (join) =>
      join.onRef('resolutions.id', '=', 'revisits.resolution_id').onRef('resolutions.cycle', '=', 'revisits.cycle'),
    )
    .innerJoin('filings', 'filings.id', 'revisits.filing_id')
    .where('answered_at', 'is', null)
    .where('claimed_at', 'is not', null)
    .where('closed_at', 'is', null)
    .$if(after !== undefined, (query) => query.where('revisits.id', '>', after as number))
    .select([
      'revisits.id',
      'asked_at as askedAt',
      'filings.no as filingNo',
      'filed_at as filedAt',
      'channel',
      'resolutions.no',
      'resolutions.text',
      'seat_id',
      'person_id',
      'claimed_by',
      sql<boolean>`phone_sealed is not null`.as('phone'),
      sql<boolean>`household_id is not null`.as('door'),
    ])
    .orderBy('revisits.id')
    .limit(deskSize + 1)
    .execute()
  const shown = rows.slice(0, deskSize)
  return {
    waiting: shown.map(({ seat_id, person_id, claimed_by, ...row }) => ({
      ...row,
      mine: !isHandler(me, { seat_id, person_id, claimed_by }),
    })),
    next: rows.length > deskSize ? (shown.at(-1)?.id ?? null) : null,
  }
}

/** What time has settled, and what only the chair can decide: everybody had seven days, nobody calls it wholly solved. */
export async function ripeResolutions(db: Db, at: Date) {
  const rows = await db
    .selectFrom('resolutions')
    .where('claimed_at', 'is not', null)
    .where('closed_at', 'is', null)
    .select((eb) => [
      'no',
      'text',
      'claimed_at',
      jsonArrayFrom(
        eb
          .selectFrom('revisits')
          .select(['solved', 'satisfied'])
          .whereRef('resolution_id', '=', 'resolutions.id')
          .whereRef('revisits.cycle', '=', 'resolutions.cycle'),
      ).as('answers'),
    ])
    .orderBy('id')
    .limit(500)
    .execute()
  const judged = rows.map((row) => {
    const asked = row.claimed_at as Date
    return {
      no: row.no,
      text: row.text,
      verdict: verdict(row.answers, asked, at),
      over: isOver(row.answers, asked, at),
    }
  })
  return {
    ripe: judged.filter((each) => each.verdict !== 'waiting').length,
    undecided: judged.filter((each) => each.verdict === 'waiting' && each.over).map(({ no, text }) => ({ no, text })),
  }
}

const isOver = (answers: readonly Answer[], asked: Date, at: Date) =>
  asked < askedLongAgo(at) || answers.every((answer) => answer.solved !== null)

/** One question to be put at a door or on the phone, as the desk sees it. One statement; 404 for any other id. */
export async function revisitToRecord(db: Db, id: number) {
  return db
    .selectFrom('revisits')
    .innerJoin('resolutions', 'resolutions.id', 'revisits.resolution_id')
    .innerJoin('filings', 'filings.id', 'revisits.filing_id')
    .where('revisits.id', '=', id)
    .select([
      'revisits.id',
      'answered_at',
      'filings.no as filingNo',
      'filed_at as filedAt',
      'filings.words as said',
      'resolutions.no',
      'resolutions.text',
      'resolutions.evidence',
      'seat_id',
      'person_id',
      'claimed_by',
      'closed_at',
    ])
    .executeTakeFirstOrThrow(notFound)
}

export type ToRecord = Awaited<ReturnType<typeof revisitToRecord>>
