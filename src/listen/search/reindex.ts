import type { House } from '../../lib/db/connect.ts'
import { allCommunities } from '../../lib/http/communities.ts'
import { reindex } from './store.ts'

/** Writes the search of every neighbourhood anew where that is missing or outdated; where nothing is, it only looks. */
export async function reindexAll(house: House): Promise<{ slug: string; written: number }[]> {
  const done = []
  for (const { id, slug } of await allCommunities(house)) done.push({ slug, written: await reindex(house.of(id)) })
  return done
}
