import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { faultsOf, type Terms } from './rules.ts'

/** The kinds of meetings this community holds, in their order. One statement. */
export async function kindsOf(db: Db) {
  const rows = await db
    .selectFrom('meeting_kinds')
    .select(['id', 'code', 'terms', 'changed_at'])
    .orderBy('position')
    .execute()
  return rows.map(({ terms, ...kind }) => ({ ...kind, terms: terms as unknown as Terms }))
}

/**
 * SQL for what the kind of the meeting `meetings` says: as it stood when people were told of the meeting, and as it
 * stands now while nobody has been told.
 */
export const termsNow = sql<Terms>`coalesce(meetings.terms, (select k.terms from meeting_kinds k where k.code = meetings.kind))`

/** What binds this meeting, inside the transaction that asks. */
export async function termsOf(trx: Trx, meetingId: number): Promise<Terms> {
  const { terms } = await trx
    .selectFrom('meetings')
    .where('id', '=', meetingId)
    .select(termsNow.as('terms'))
    .executeTakeFirstOrThrow(notFound)
  return terms
}

/** Changes a kind for the meetings people will be told of from now on. Refuses what the law has fixed. */
export async function changeKind(db: Db, code: string, changed: Terms, by: By, at: Date): Promise<void> {
  const personId = author(by)
  await db.transaction().execute(async (trx) => {
    const kind = await trx
      .selectFrom('meeting_kinds')
      .where('code', '=', code)
      .select(['id', 'terms'])
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const before = kind.terms as unknown as Terms
    refuseIf(Object.values(faultsOf(changed, before))[0] ?? null)
    await trx
      .updateTable('meeting_kinds')
      .set({ terms: JSON.stringify(changed), changed_at: at, changed_by: personId })
      .where('id', '=', kind.id)
      .execute()
    await journal(trx, {
      subject: { kind: 'kind', id: kind.id },
      verb: 'kind.changed',
      was: JSON.stringify(before),
      became: JSON.stringify(changed),
      by,
      at,
      particulars: { name: changed.name },
    })
  })
}
