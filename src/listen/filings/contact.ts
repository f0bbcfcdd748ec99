import type { Db } from '../../lib/db/schema.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound } from '../../lib/refusal.ts'
import type { Clerk } from '../issues/rules.ts'

interface Look {
  no: number
  clerk: Clerk
  at: Date
}

/** Shows how to reach a filer, and writes down who looked and what for (domain 3.11). */
export async function revealContact(db: Db, { communityId, vault }: Letterbox, look: Look, purpose: string) {
  return db.transaction().execute(async (trx) => {
    const filing = await trx
      .selectFrom('filings')
      .leftJoin('households', 'households.id', 'filings.household_id')
      .leftJoin('buildings', 'buildings.id', 'households.building_id')
      .select(['filings.no', 'phone_sealed', 'surname', 'households.door', 'buildings.name as building'])
      .where('filings.no', '=', look.no)
      .executeTakeFirstOrThrow(notFound)
    const contact = {
      phone: filing.phone_sealed ? vault.open(communityId, filing.phone_sealed) : '',
      surname: filing.surname,
      building: filing.building ?? '',
      door: filing.door ?? '',
    }
    await trx
      .insertInto('access_log')
      .values({
        at: look.at,
        person_id: look.clerk.personId,
        subject: `filing:${look.no}`,
        fields: (['phone', 'surname', 'door'] as const).filter((field) => contact[field] !== ''),
        purpose,
      })
      .execute()
    return contact
  })
}
