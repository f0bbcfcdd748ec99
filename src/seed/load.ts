import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { comeIn } from '../agenda/attendance/store.ts'
import { createItem } from '../agenda/items/store.ts'
import { createMeeting, noticeMeeting, openMeeting, startCheckin } from '../agenda/meetings/store.ts'
import { recordPosting } from '../agenda/notices/store.ts'
import { discussItem, introduceItem, placeItem } from '../agenda/order/store.ts'
import type { Trx } from '../lib/db/schema.ts'
import type { Community } from '../lib/http/slice.ts'
import { randomCode, sha256 } from '../lib/tokens.ts'
import type { Vault } from '../lib/vault.ts'
import { codeLength } from '../listen/filings/store.ts'
import { categories } from '../listen/issues/rules.ts'
import { openBallot } from '../vote/ballots/opening.ts'
import { comeForDoors } from './arriving.ts'
import { within } from './found.ts'
import { registerOwners } from './owning.ts'
import { bringPeople, seatParties, theTable } from './place.ts'
import { later, minutes } from './when.ts'

/** A community of any size, in a bounded number of statements: for measuring, not for reading. */

interface Size {
  /** Doors in the room, all of them on the roll of the vote that is open. */
  seats: number
  households?: number
  issues?: number
}

/** Households and matters of a community where the plan does not say. */
const usual = { households: 1_500, issues: 300 }
/** Sealed codes go to the database in portions: one statement takes only so many bytes. */
const portion = 5_000

export async function fillForLoad(trx: Trx, community: Community, vault: Vault, now: Date, size: Size): Promise<void> {
  const households = Math.max(size.households ?? usual.households, size.seats)
  const issues = size.issues ?? usual.issues
  await addDoors(trx, households, now)
  const seats = await seatParties(trx, now)
  const people = await bringPeople(trx, now, theTable, seats)
  await registerOwners(trx, { vault, communityId: community.id }, now)
  const desk = people.get('沈洁') as number
  const second = people.get('顾萍') as number
  await addIssues(trx, issues, now, { desk, second })
  await addFilings(trx, { households, issues }, (text) => vault.seal(community.id, text))
  await addSupports(trx, households)
  const seated = [...seats].map(([key, seatId]) => {
    const titular = theTable.find(({ seat }) => seat?.[0] === key && seat[1] === 0)
    return { seatId, personId: people.get(titular?.name ?? '') as number }
  })
  if (issues >= itemsTonight) {
    const letterbox = { communityId: community.id, vault, home: '' }
    await sitTonight(trx, letterbox, { now, seats: size.seats, seated, desk, chair: people.get('周敏') as number })
  }
}

/** Eighteen floors, two stairwells, four doors on a landing. */
async function addDoors(trx: Trx, households: number, at: Date): Promise<void> {
  await sql`
    with numbers as (select n from generate_series(0, ${households}::int - 1) n),
    towers as (
      insert into buildings (name, position) select (b + 1)::text, b + 1
      from generate_series(0, (${households}::int - 1) / 144) b returning id, position),
    stairs as (
      insert into stairwells (building_id, name)
      select t.id, s::text from towers t, generate_series(1, 2) s order by t.position, s returning id, building_id, name),
    doors as (
      insert into households (building_id, stairwell_id, floor, door, area)
      select t.id, s.id, n % 144 / 8 + 1, (n % 144 / 8 + 1) || '0' || (n % 8 + 1), 8950 + n % 4 * 730
      from numbers join towers t on t.position = n / 144 + 1
      join stairs s on s.building_id = t.id and s.name = (n % 8 / 4 + 1)::text
      order by n returning id, area)
    insert into journal (at, subject, subject_id, verb, became)
    select ${at}::timestamptz, 'household', id, 'register.added', to_char(area / 100.0, 'FM9999990.00') from doors`.execute(
    trx,
  )
}

/** Each way a matter can go at the desk; the first ones wait in the pool, so that a meeting finds its items. */
const ways = [
  ['pooled'],
  ['pooled'],
  ['pooled'],
  ['assigned', 'in_progress'],
  ['assigned', 'claimed_done', 'revisiting', 'closed_resolved'],
  [],
  ['assigned'],
  ['referred'],
  ['closed_explained'],
  ['referred', 'closed_referred'],
  ['assigned', 'claimed_done'],
  ['assigned', 'claimed_done', 'revisiting'],
  ['closed_explained', 'reopened'],
]
const verbs: Record<string, string> = { assigned: 'issue.dispatched', claimed_done: 'issue.handled' }
const subjects = [
  '楼道灯不亮',
  '下水道返味',
  '停车位不够',
  '电梯等得久',
  '绿化要修枝',
  '晚上太吵',
  '垃圾房要冲洗',
  '老人助餐',
]

async function addIssues(
  trx: Trx,
  issues: number,
  now: Date,
  { desk, second }: { desk: number; second: number },
): Promise<void> {
  const paths = ways.map((way) =>
    JSON.stringify(way.map((to, i) => ({ to, was: way[i - 1] ?? 'accepted', verb: verbs[to] ?? `issue.${to}` }))),
  )
  await sql`
    with made as (
      insert into issues (title, public_text, place, category, state, seat_id, next_step, opened_at, published_at, closed_at, reopens)
      select s || '（第 ' || n || '件）', s || '，希望有人管一管。这是第 ' || n || ' 件，用来看看系统快不快。', '各楼',
             (${categories}::text[])[n % ${categories.length} + 1], coalesce(p #>> array[(jsonb_array_length(p) - 1)::text, 'to'], 'accepted'),
             (select id from seats where position = n % 5 + 1), '有进展就写在这里', opened, opened + interval '5 hours',
             case when p #>> array[(jsonb_array_length(p) - 1)::text, 'to'] like 'closed%' then opened + interval '9 days' end,
             case when p @> '[{"to": "reopened"}]' then 1 else 0 end
      from generate_series(1, ${issues}::int) n,
      lateral (select (${subjects}::text[])[n % ${subjects.length} + 1] as s, (${paths}::text[])[(n - 1) % ${paths.length} + 1]::jsonb as p,
                      ${now}::timestamptz - interval '10 days' - (${issues}::int - n) * interval '1 hour' as opened) each
      order by n returning id, no, title, public_text, opened_at),
    worded as (
      insert into issue_texts (issue_id, title, body, written_by, written_at, approved_by, approved_at)
      select id, title, public_text, ${desk}, opened_at, ${second}, opened_at + interval '5 hours' from made)
    insert into journal (at, subject, subject_id, verb, was, became, person_id, particulars)
    select at, 'issue', id, verb, was, became, by, particulars from made,
    lateral (select (${paths}::text[])[(no - 1) % ${paths.length} + 1]::jsonb as path) way,
    lateral (
      select opened_at as at, 0 as n, 'issue.accepted' as verb, null as was, 'accepted' as became, ${desk}::int as by, '{"channel": "bridge"}'::jsonb as particulars
      union all select opened_at + interval '5 hours', 1, 'issue.published', null, null, ${second}, '{}'
      union all select opened_at + (n + 1) * interval '2 days', n + 1, step ->> 'verb', step ->> 'was', step ->> 'to', ${desk},
                       '{"words": "已经在办", "seat": "物业", "seatEn": "Property manager", "target": "有关部门"}'::jsonb
      from jsonb_array_elements(path) with ordinality as steps (step, n)) line
    order by no, n`.execute(trx)
}

async function addFilings(
  trx: Trx,
  { households, issues }: { households: number; issues: number },
  seal: (text: string) => Buffer,
): Promise<void> {
  const filings = Math.ceil(issues * 1.5)
  for (let from = 0; from < filings; from += portion) {
    const codes = Array.from({ length: Math.min(portion, filings - from) }, () => randomCode(codeLength))
    await sql`
      with given as (
        select ${from} + n - 1 as n, decode(hash, 'hex') as hash, decode(sealed, 'hex') as sealed
        from unnest(${codes.map((code) => sha256(code).toString('hex'))}::text[], ${codes.map((code) => seal(code).toString('hex'))}::text[])
             with ordinality as g (hash, sealed, n)),
      matters as (select id, opened_at, row_number() over (order by id) - 1 as n from issues),
      doors as (select id, row_number() over (order by id) - 1 as n from households),
      made as (
        insert into filings (channel, words, place, household_id, locale, code_sha256, code_sealed, state, issue_id, filed_at, due_on)
        select (array['bridge', 'door', 'gather'])[g.n % 3 + 1], '这件事请管一管，第 ' || g.n || ' 条。', '各楼', d.id, 'zh', hash, sealed,
               'accepted', m.id, m.opened_at - interval '1 hour', (m.opened_at + interval '1 day')::date
        from given g join matters m on m.n = g.n % ${issues}::int join doors d on d.n = g.n * 7 % ${households}::int
        order by g.n returning id, channel, household_id, filed_at, issue_id)
      insert into journal (at, subject, subject_id, verb, was, became, household_id, particulars)
      select filed_at, 'filing', made.id, verb, was, became, household_id, particulars from made join issues i on i.id = issue_id,
      lateral (values (0, 'filing.submitted', null, 'submitted', jsonb_build_object('channel', channel)),
                      (1, 'filing.accepted', 'submitted', 'accepted', jsonb_build_object('issue', i.no)))
              as line (n, verb, was, became, particulars)
      order by made.id, n`.execute(trx)
  }
}

/** A door or two each, and one matter in thirteen with twenty: pages with a long history are measured on those. */
async function addSupports(trx: Trx, households: number): Promise<void> {
  await sql`
    with doors as (select id, row_number() over (order by id) - 1 as n from households),
    said as (
      insert into supports (issue_id, household_id, at)
      select i.id, d.id, i.published_at + k * interval '40 minutes'
      from issues i cross join generate_series(0, 19) k join doors d on d.n = (i.no * 31 + k * 97) % ${households}::int
      where k < case when i.no % 13 = 12 then 20 else i.no % 3 end
      on conflict do nothing returning issue_id, household_id, at)
    insert into journal (at, subject, subject_id, verb, household_id)
    select at, 'issue', issue_id, 'issue.supported', household_id from said order by at`.execute(trx)
}

const itemsTonight = 3

interface Tonight {
  now: Date
  seats: number
  seated: { seatId: number; personId: number }[]
  desk: number
  chair: number
}

/** A meeting in session: the doors are in, the first item is put to the vote, two wait behind it. */
async function sitTonight(
  trx: Trx,
  letterbox: Parameters<typeof placeItem>[1],
  { now, seats, seated, ...who }: Tonight,
) {
  const db = within(trx)
  const desk = { personId: who.desk }
  const chair = { personId: who.chair }
  const noticed = later(now, -minutes(4 * 24 * 60))
  const begins = later(now, -minutes(30))
  const planned = { key: randomUUID(), title: '五位一体会议', place: '党群服务站', startsAt: begins }
  const meetingNo = await createMeeting(db, planned, desk, noticed)
  const issues = await trx
    .selectFrom('issues')
    .select('no')
    .where('state', '=', 'pooled')
    .orderBy('no')
    .limit(itemsTonight)
    .execute()
  const items: number[] = []
  for (const { no } of issues) {
    const words = { key: randomUUID(), title: `议第 ${no} 件`, question: `同意办理第 ${no} 件`, background: '' }
    const itemNo = await createItem(db, { ...words, issues: [no] }, desk, noticed)
    await placeItem(db, letterbox, { meetingNo, itemNo, minutes: 10 }, desk, noticed)
    items.push(itemNo)
  }
  const posting = {
    key: randomUUID(),
    place: '公告栏',
    postedBy: '居委会',
    postedAt: noticed,
    buildings: [],
    image: null,
  }
  await recordPosting(db, meetingNo, posting, desk, noticed)
  await noticeMeeting(db, meetingNo, desk, noticed)
  await startCheckin(db, meetingNo, desk, later(begins, -minutes(30)))
  const doors = await trx.selectFrom('households').select('id').orderBy('id').limit(seats).execute()
  if (doors.length > 0) {
    const ids = doors.map(({ id }) => id)
    await comeForDoors(trx, meetingNo, ids, { from: later(begins, -minutes(30)), deskId: who.desk })
  }
  for (const { seatId, personId } of seated) {
    const arrival = { meetingNo, householdId: null, personId, seatId, way: 'code' } as const
    await comeIn(db, arrival, { personId }, later(begins, -minutes(5)))
  }
  await openMeeting(db, meetingNo, chair, begins)
  const itemNo = items[0] as number
  await introduceItem(db, meetingNo, itemNo, chair, begins)
  await discussItem(db, meetingNo, itemNo, chair, later(begins, minutes(2)))
  const asked = { meetingNo, itemNo, question: '同意', abstain: true, rule: 'M2', tallyShown: 'live' } as const
  await openBallot(db, { ...asked, by: chair, at: later(begins, minutes(10)) })
}
