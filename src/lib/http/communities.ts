import type { House } from '../db/connect.ts'
import { notFound } from '../refusal.ts'
import type { Community } from './slice.ts'

/** Communities are few and hardly change; a new one is seen by the next request, a renamed one within a minute. */
const keptFor = 60_000
const kept = new WeakMap<House, Map<string, { community: Community; until: number }>>()

/** The community with this slug; refuses an unknown one as a page that does not exist. */
export async function communityBySlug(house: House, slug: string): Promise<Community> {
  const known = kept.get(house) ?? new Map()
  kept.set(house, known)
  const entry = known.get(slug)
  if (entry && entry.until > Date.now()) return entry.community
  const row = await house.db
    .selectFrom('communities')
    .where('slug', '=', slug)
    .selectAll()
    .executeTakeFirstOrThrow(notFound)
  const community = {
    id: row.id,
    slug: row.slug,
    name: row.name,
    nameEn: row.name_en,
    prefix: row.prefix,
    phone: row.phone,
  }
  known.set(slug, { community, until: Date.now() + keptFor })
  return community
}

export async function allCommunities(house: House): Promise<Community[]> {
  const rows = await house.db.selectFrom('communities').orderBy('id').selectAll().execute()
  return rows.map((row) => ({
    id: row.id,
    slug: row.slug,
    name: row.name,
    nameEn: row.name_en,
    prefix: row.prefix,
    phone: row.phone,
  }))
}
