import { sql } from 'kysely'
import type { House } from './lib/db/connect.ts'
import type { Trx } from './lib/db/schema.ts'
import { allCommunities } from './lib/http/communities.ts'
import type { Community } from './lib/http/slice.ts'
import type { Vault } from './lib/vault.ts'
import { reindexAll } from './listen/search/reindex.ts'
import { tellStory } from './seed/demo.ts'
import {
  cookieFor,
  doorCookies,
  homeOf,
  linkFor,
  meetingAhead,
  type Place,
  partsToPlay,
  whoObjects,
} from './seed/entrances.ts'
import { inOneGo } from './seed/found.ts'
import { fillForLoad } from './seed/load.ts'
import { nameFor, type Profile } from './seed/names.ts'
import { adminAlone, bringPeople, seatParties } from './seed/place.ts'
import { printed } from './seed/printing.ts'

interface Tools {
  vault: Vault
  clock: () => Date
}

/** Tells the demonstration's story, once: a house in which anybody lives already is left as it is. */
export async function seedOnce(house: House, { vault, clock }: Tools): Promise<void> {
  await inOneGo(house, async ({ taken, found }) => {
    if (taken.size > 0) return
    await found(nameFor('demo', 0), (trx, community) => tellStory(trx, community, { vault, now: clock() }))
  })
}

/** Prints a way in for every part there is to play. Links open once, so every start prints new ones. */
export async function printEntrances(
  house: House,
  { origin, clock, vault, say }: Tools & { origin: string; say: (text: string) => void },
): Promise<void> {
  const communities = await allCommunities(house)
  const community = communities.find(({ slug }) => slug === nameFor('demo', 0).slug) ?? communities[0]
  if (!community) return
  const db = house.of(community.id)
  const place = { community, origin }
  const links = await db.transaction().execute(async (trx) => {
    const lines: { label: string; who: string; url: string }[] = []
    for (const { label, who, of } of await partsToPlay(trx)) {
      lines.push({ label: `${label.zh} ${label.en}`, who: who.zh, url: await linkFor(trx, place, of, clock()) })
    }
    const filer = await whoObjects(trx)
    if (filer) {
      const url = `${homeOf(place)}/track/${vault.open(community.id, filer.code_sealed)}`
      lines.push({ label: '查询 Tracking', who: filer.title, url })
    }
    return lines
  })
  say(printed(place, links, await meetingAhead(db)))
}

export interface Plan {
  profile: Profile
  communities: number
  /** How many doors get a signed-in browser; with `load` they are all in the room of tonight's meeting. */
  seats: number
  /** Of each community; only for `load`. */
  households?: number
  issues?: number
}

/**
 * `npm run seed`: founds what the plan asks for and gives ids, cookies and links for scripts. A community that is there
 * already is not filled again; it only gets new ways in.
 */
export async function seed(house: House, tools: Tools & { origin: string }, plan: Plan) {
  const at = tools.clock()
  const neighbourhoods = Array.from({ length: plan.communities }, (_, i) => nameFor(plan.profile, i))
  await inOneGo(house, async ({ taken, found }) => {
    for (const neighbourhood of neighbourhoods) {
      if (taken.has(neighbourhood.slug)) continue
      await found(neighbourhood, (trx, community) => fill(trx, community, tools.vault, at, plan))
    }
  })
  await reindexAll(house)
  // Nobody else looks after an embedded database: without its figures every first plan is a guess.
  await sql`analyze`.execute(house.db)
  const slugs = neighbourhoods.map(({ slug }) => slug)
  const communities = (await allCommunities(house)).filter(({ slug }) => slugs.includes(slug))
  const seeded = []
  for (const community of communities) seeded.push(await waysIn(house, { community, origin: tools.origin }, plan, at))
  return { profile: plan.profile, origin: tools.origin, communities: seeded }
}

async function fill(trx: Trx, community: Community, vault: Vault, now: Date, plan: Plan): Promise<void> {
  switch (plan.profile) {
    case 'demo':
      return tellStory(trx, community, { vault, now })
    case 'empty':
      await bringPeople(trx, now, adminAlone, await seatParties(trx, now))
      return
    case 'load':
      return fillForLoad(trx, community, vault, now, plan)
  }
}

/** What scripts need of a community: who can come in and how, and what there is to look at. */
async function waysIn(house: House, place: Place, plan: Plan, at: Date) {
  const { id, slug, name, nameEn, prefix } = place.community
  return house
    .of(id)
    .transaction()
    .execute(async (trx) => {
      const entrances: Record<string, unknown> = {}
      for (const { key, ...entrance } of await partsToPlay(trx)) {
        const cookie = await cookieFor(trx, place, entrance.of, at)
        entrances[key] = { ...entrance, cookie, link: await linkFor(trx, place, entrance.of, at) }
      }
      const ahead = await meetingAhead(trx)
      return {
        id,
        slug,
        name: { zh: name, en: nameEn },
        prefix,
        home: homeOf(place),
        entrances,
        doors: plan.seats > 0 ? await doorCookies(trx, place, plan.seats, at) : [],
        meeting: ahead && meetingFor(place, ahead),
        ballot: ahead?.ballotNo ? { id: ahead.ballotId, no: ahead.ballotNo } : null,
        issues: await publicIssues(trx),
      }
    })
}

type Ahead = NonNullable<Awaited<ReturnType<typeof meetingAhead>>>

function meetingFor(place: Place, { id, no, title, code, starts_at }: Ahead) {
  const home = homeOf(place)
  return {
    id,
    no,
    title,
    code,
    startsAt: starts_at,
    projector: `${home}/meetings/${no}/projector`,
    join: `${home}/join/${code}`,
  }
}

/** Their numbers, oldest first. */
async function publicIssues(trx: Trx): Promise<number[]> {
  const rows = await trx
    .selectFrom('issues')
    .select('no')
    .where('published_at', 'is not', null)
    .where('merged_into', 'is', null)
    .orderBy('no')
    .execute()
  return rows.map(({ no }) => no)
}
