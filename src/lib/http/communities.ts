import type { Corrections } from '../calendar.ts'
import type { House } from '../db/connect.ts'
import { notFound } from '../refusal.ts'
import type { Community } from './slice.ts'

/** Communities are few and hardly change; a new one is seen by the next request, a renamed one within a minute. */
const keptFor = 60_000
interface Kept {
  community: Community
  calendar: Corrections
  until: number
}
const kept = new WeakMap<House, Map<string, Kept>>()

/** The community with this slug; refuses an unknown one as a page that does not exist. */
export async function communityBySlug(house: House, slug: string): Promise<Community> {
  const known: Map<string, Kept> = kept.get(house) ?? new Map()
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
  const days = await house.of(row.id).selectFrom('calendar_days').select(['day', 'working']).execute()
  const calendar = new Map(days.map(({ day, working }) => [day, working]))
  known.set(slug, { community, calendar, until: Date.now() + keptFor })
  return community
}

const uncorrected: Corrections = new Map()

/** The days this community has corrected; another process learns of a new one within a minute. */
export const calendarOf = (house: House, slug: string): Corrections =>
  kept.get(house)?.get(slug)?.calendar ?? uncorrected

/** A day was corrected here: the next request reads the calendar anew. */
export const forgetCalendar = (house: House, slug: string): void => void kept.get(house)?.delete(slug)

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
