import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { openHouse } from '../src/lib/db/connect.ts'
import { migrate } from '../src/lib/db/migrate.ts'
import { openVault } from '../src/lib/vault.ts'
import { seed } from '../src/seed.ts'
import type { Plan } from './load.ts'

/** What is measured: a neighbourhood of ten thousand matters with a vote going on, and who asks for what. */
export interface Hall {
  communityId: number
  /** '/c/<slug>' */
  home: string
  /** The cookie of somebody who works here. */
  staff: string
  /** Cookies of the doors in the room, all on the roll. */
  doors: string[]
  meetingNo: number
  ballotNo: number
  /** Public matters with a long history. */
  issues: number[]
}

const issues = 10_000
/** Matters of the load profile with this remainder have the most voices, and so the longest history. */
const longest = { by: 13, is: 12 }

export async function fill(databaseUrl: string, keyDir: string, seats: number): Promise<Hall> {
  const house = await openHouse({ databaseUrl, dataDir: keyDir })
  await migrate(house.db)
  const tools = { vault: openVault(keyDir), clock: () => new Date(), origin: 'http://127.0.0.1' }
  const plan = { profile: 'load', communities: 1, households: Math.max(1_500, seats), issues, seats } as const
  const { communities } = await seed(house, tools, plan)
  await house.close()
  await settle(databaseUrl)
  const [community] = communities
  const staff = community?.entrances.staff as { cookie: string } | undefined
  if (!community?.meeting || !community.ballot || !staff) throw new Error('the load profile has no vote going on')
  return {
    communityId: community.id,
    home: `/c/${community.slug}`,
    staff: staff.cookie,
    doors: community.doors.map(({ cookie }) => cookie),
    meetingNo: community.meeting.no,
    ballotNo: community.ballot.no,
    issues: community.issues.filter((no) => no % longest.by === longest.is),
  }
}

/** So that no clean-up of the server's own falls into a measurement. */
async function settle(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('vacuum analyze')
  await client.query('checkpoint')
  await client.end()
}

export type Requests = Pick<Plan, 'method' | 'headers' | 'requests'>

/** The list of matters as somebody signed in gets it. */
export const listPage = ({ home, staff }: Hall): Requests => ({
  method: 'GET',
  headers: { cookie: `lang=zh; ${staff}` },
  requests: [{ path: `${home}/issues` }],
})

/** The same for anybody, who has it already: the answer is "unchanged". */
export async function unchangedPage({ home }: Hall, url: string): Promise<Requests> {
  const first = await fetch(`${url}${home}/issues`)
  await first.arrayBuffer()
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
  return { method: 'GET', headers, requests: [{ path: `${home}/issues` }] }
}

/** Matters with all their history, another one each time. */
export const itemPages = ({ home, staff, issues }: Hall): Requests => ({
  method: 'GET',
  headers: { cookie: `lang=zh; ${staff}` },
  requests: issues.slice(0, 500).map((no) => ({ path: `${home}/issues/${no}` })),
})

const form = 'application/x-www-form-urlencoded'

/** A resident's form, never the same twice. */
export const filings = ({ home }: Hall, url: string): Requests => ({
  method: 'POST',
  headers: { 'content-type': form, origin: url },
  requests: [
    {
      path: `${home}/filings`,
      body: `${new URLSearchParams({ what: '班车晚上九点半就没了，加班回来只能走二十分钟。', where: 'gate', spot: '北门站' })}&key={uuid}`,
    },
  ],
})

/** Votes by form, a voter after the other, each with the token of her own session. */
export async function votes({ home, ballotNo, doors }: Hall, url: string): Promise<Requests> {
  const voters = doors.slice(0, 500)
  const tokens = await Promise.all(voters.map((cookie) => tokenOf(`${url}${home}/sessions`, cookie)))
  return {
    method: 'POST',
    headers: { 'content-type': form, origin: url, 'hx-request': 'true' },
    requests: ['for', 'against'].flatMap((choice) =>
      voters.map((cookie, i) => ({
        path: `${home}/ballots/${ballotNo}/votes`,
        headers: { cookie: `lang=zh; ${cookie}` },
        body: `choice=${choice}&key={uuid}&_csrf=${tokens[i]}`,
      })),
    ),
  }
}

async function tokenOf(url: string, cookie: string): Promise<string> {
  const page = await (await fetch(url, { headers: { cookie } })).text()
  return /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? randomUUID()
}
