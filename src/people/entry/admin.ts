import type { House } from '../../lib/db/connect.ts'
import { allCommunities } from '../../lib/http/communities.ts'
import { findPerson, issueEntrance } from './store.ts'

interface Desk {
  origin: string
  clock: () => Date
}

/**
 * `npm run admin -- sign-in <who>`: issues one-time links for everybody of that name (or id), in every community.
 * Gives the lines to print; none when nobody of that name has a role or a seat.
 */
export async function signIn(house: House, { origin, clock }: Desk, who: string): Promise<string[]> {
  const lines: string[] = []
  for (const community of await allCommunities(house)) {
    const db = house.of(community.id)
    for (const person of await findPerson(db, who)) {
      const token = await db
        .transaction()
        .execute((trx) => issueEntrance(trx, { personId: person.id }, { personId: null }, clock()))
      lines.push(`${community.name}  ${person.name} (${person.post})  ${origin}/c/${community.slug}/enter/${token}`)
    }
  }
  return lines
}
