import { workingDayAfter } from '../../lib/calendar.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { sha256 } from '../../lib/tokens.ts'
import { triageDays } from '../filings/rules.ts'
import { tellFiler } from '../filings/store.ts'

/** 复议: who was told no may ask once more, and the chair decides (domain 3.2, row 3). */

export function whyNotAppeal(state: string, appealed: boolean): MessageKey | null {
  if (appealed) return 'appeals.once'
  return state === 'declined' ? null : 'appeals.notDeclined'
}

export async function appeal(trx: Trx, code: string, words: string, at: Date): Promise<void> {
  const filing = await trx
    .selectFrom('filings')
    .select(['id', 'no', 'state', 'household_id'])
    .where('code_sha256', '=', sha256(code))
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
  const before = await trx.selectFrom('appeals').select('words').where('filing_id', '=', filing.id).executeTakeFirst()
  // The same form sent twice.
  if (before?.words === words) return
  refuseIf(whyNotAppeal(filing.state, before !== undefined))
  await trx
    .insertInto('appeals')
    .values({ filing_id: filing.id, words, at, decided_at: null, decided_by: null, upheld: null })
    .execute()
  await journal(trx, {
    subject: { kind: 'filing', id: filing.id, no: filing.no },
    verb: 'filing.appealed',
    by: { householdId: filing.household_id },
    at,
  })
}

interface Verdict {
  no: number
  personId: number
  /** The no stands; or the filing waits for the desk again. */
  upheld: boolean
  answer: string
  at: Date
}

export async function decideAppeal(
  db: Db,
  letterbox: Letterbox,
  { no, personId, upheld, answer, at }: Verdict,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const filing = await trx
      .selectFrom('filings')
      .select(['id', 'no', 'state', 'locale', 'phone_sealed', 'phone_quiet', 'code_sealed'])
      .where('no', '=', no)
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const decided = await trx
      .updateTable('appeals')
      .set({ decided_at: at, decided_by: personId, upheld, answer })
      .where('filing_id', '=', filing.id)
      .where('decided_at', 'is', null)
      .returning('filing_id')
      .executeTakeFirst()
    if (!decided) throw new Refusal('appeals.decided')
    const again = !upheld && filing.state === 'declined'
    if (again) {
      await trx
        .updateTable('filings')
        .set({ state: 'submitted', reason: null, due_on: workingDayAfter(at, triageDays) })
        .where('id', '=', filing.id)
        .execute()
    }
    await journal(trx, {
      subject: { kind: 'filing', id: filing.id, no },
      verb: upheld ? 'filing.appealRefused' : 'filing.appealGranted',
      by: { personId },
      at,
      ...(again && { was: filing.state, became: 'submitted' }),
    })
    await tellFiler(
      trx,
      letterbox,
      filing,
      `appeal:${filing.id}`,
      upheld ? 'tell.appealRefused' : 'tell.appealGranted',
      { no },
    )
  })
}

/** Those that wait for the chair, oldest first, with what was said no to and why. One statement. */
export const appealsWaiting = (db: Db) =>
  db
    .selectFrom('appeals')
    .innerJoin('filings', 'filings.id', 'appeals.filing_id')
    .select(['filings.no', 'filings.words', 'reason', 'appeals.words as appeal', 'appeals.at'])
    .where('decided_at', 'is', null)
    .orderBy('appeals.at')
    .limit(100)
    .execute()
