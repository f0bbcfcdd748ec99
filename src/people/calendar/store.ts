import type { Db } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { notFound } from '../../lib/refusal.ts'

/** Days that are not as the statutory calendar says (domain 3.10): a holiday the city gave, a Saturday that is worked. */

interface Day {
  day: string
  working: boolean
  note: string
}

export async function setDay(db: Db, { day, working, note }: Day, personId: number, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('calendar_days')
      .values({ day, working, note, set_by: personId, set_at: at })
      .onConflict((oc) =>
        oc.columns(['community_id', 'day']).doUpdateSet({ working, note, set_by: personId, set_at: at }),
      )
      .execute()
    await journal(trx, {
      subject: { kind: 'person', id: personId },
      verb: 'calendar.set',
      became: day,
      by: { personId },
      at,
      particulars: { working, note },
    })
  })
}

export async function clearDay(db: Db, day: string, personId: number, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('calendar_days').where('day', '=', day).returning('day').executeTakeFirstOrThrow(notFound)
    await journal(trx, {
      subject: { kind: 'person', id: personId },
      verb: 'calendar.cleared',
      was: day,
      by: { personId },
      at,
    })
  })
}

export const daysSet = (db: Db) =>
  db
    .selectFrom('calendar_days')
    .innerJoin('people', 'people.id', 'set_by')
    .select(['day', 'working', 'note', 'people.name', 'set_at'])
    .orderBy('day', 'desc')
    .limit(200)
    .execute()
