import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { mayEnter } from '../../src/lib/http/conventions.ts'
import { whoHolds } from '../../src/lib/http/session.ts'
import type { Community } from '../../src/lib/http/slice.ts'
import { createLive } from '../../src/lib/live/hub.ts'
import { groupCode } from '../../src/lib/tokens.ts'
import { vaultOf } from '../../src/lib/vault.ts'
import { issueEntrance } from '../../src/people/entry/store.ts'
import { type RouteLine, routeTable } from '../../src/routetable.ts'
import { seed } from '../../src/seed.ts'
import { Browser, freshHouse } from '../harness.ts'
import { fill } from './fill.ts'

/** Two neighbourhoods in one house, and everything one could try to learn of the other or do to it (trust 4.5). */

const origin = 'http://wutong.test'
const now = new Date('2026-11-24T10:00:00+08:00')
const clock = () => now
const vault = vaultOf(randomBytes(32))
const { house, closed } = await freshHouse()
const live = createLive(house)
const app = await buildApp({ house, live, vault, origin, clock }, { rateLimits: false })
t.teardown(async () => {
  await live.close()
  await app.close()
  await closed()
})

const parts = ['visitor', 'resident', 'volunteer', 'staff', 'chair', 'manager', 'admin', 'seat 4'] as const
type Part = (typeof parts)[number]
type Town = Awaited<ReturnType<typeof found>>

// The first has more of everything, so that some of its numbers are nobody's in the second.
const ours = await found(1, 26)
const theirs = await found(2, 13)
for (const town of [ours, theirs]) await liveThrough(town)
const mark = '⟦甲⟧'
await markAll(ours.community)
const stranger = await namesOf(ours)
const own = await namesOf(theirs)
const table = (await routeTable()).filter((route) => route.tenant && !route.socket)

t.test('the database', async (t) => {
  const names = await tenantTables()

  t.test('shows nothing to a transaction that has not said whose it is', async (t) => {
    await house.db.transaction().execute(async (trx) => {
      await sql`set local role wt_app`.execute(trx)
      for (const name of names) {
        const { rows } = await sql`select from ${sql.table(name)} limit 1`.execute(trx)
        t.equal(rows.length, 0, name)
      }
    })
  })

  t.test('shows each only its own rows', async (t) => {
    for (const town of [ours, theirs]) {
      for (const name of names) {
        const { rows } = await sql<{ id: number }>`select distinct community_id as id from ${sql.table(name)}`.execute(
          town.db,
        )
        t.ok(
          rows.every(({ id }) => id === town.community.id),
          name,
        )
      }
    }
  })

  t.test('refuses a row in another’s name', async (t) => {
    const planted = sql`insert into teams (community_id, name) values (${ours.community.id}, '奸细')`.execute(theirs.db)
    await t.rejects(planted, { code: '42501' })
    const moved = sql`update buildings set community_id = ${ours.community.id}`.execute(theirs.db)
    await t.rejects(moved, { code: '42501' })
    const { numAffectedRows } =
      await sql`update people set name = '改了' where community_id = ${ours.community.id}`.execute(theirs.db)
    t.equal(Number(numAffectedRows ?? 0), 0)
  })

  t.test('answers alike whether a row is another’s or nobody’s', async (t) => {
    const household = await theirs.db.selectFrom('households').select('id').executeTakeFirstOrThrow()
    const support = (issue: number) =>
      theirs.db.insertInto('supports').values({ issue_id: issue, household_id: household.id, at: now }).execute()
    const issue = await ours.db.selectFrom('issues').select('id').executeTakeFirstOrThrow()
    const refusals = await Promise.all(
      [issue.id, 2_000_000_000].map((id) => support(id).catch(({ code, constraint }) => ({ code, constraint }))),
    )
    t.same(refusals[0], refusals[1])
    t.match(refusals[0], { code: '23503' })
  })
})

t.test('a session of one neighbourhood is nobody in the other', async (t) => {
  for (const part of parts) {
    const inOurs = ours.browsers[part]
    for (const path of ['/desk', '/desk/triage', '/desk/people', '/sessions']) {
      const reply = await inOurs.get(`/c/${theirs.community.slug}${path}`)
      t.ok([403, 303].includes(reply.statusCode), `${part} at ${path}: ${reply.statusCode}`)
    }
  }
})

t.test(
  'whoever asks in one neighbourhood with the numbers of the other learns nothing and changes nothing',
  async (t) => {
    const before = await stateOf(ours)
    const asked = { get: 0, post: 0 }
    // A page first, then what changes the ground under the next question; whoever leaves, last.
    const inOrder = table.toSorted((a, b) => weight(a) - weight(b))
    for (const route of inOrder) {
      for (const part of parts) {
        const browser = theirs.browsers[part]
        const may = mayEnter(theirs.people[part], route.who)
        const attempts = may ? [stranger, own] : [stranger]
        for (const names of attempts) {
          const path = pathOf(route, names)
          const what = `${part}: ${route.method} ${path}`
          const form = { ...fill(route.body, stranger), _csrf: theirs.tokens[part] }
          const reply = route.method === 'GET' ? await browser.get(path) : await browser.post(path, form)
          asked[route.method === 'GET' ? 'get' : 'post']++
          if (reply.statusCode >= 500 || reply.body.includes(mark))
            t.fail(`${what}: ${reply.statusCode}`, { body: reply.body.slice(0, 300) })
          else if (!may && reply.statusCode !== 403) t.fail(`${what}: ${reply.statusCode} instead of 403`)
        }
      }
    }
    t.ok(asked.get > 200 && asked.post > 300, `asked ${asked.get} times for pages, ${asked.post} times for changes`)
    t.same(await stateOf(ours), before, 'nothing of the first has changed')
  },
)

/** A neighbourhood with everything the load profile brings, and a browser for each part. */
async function found(communities: number, issues: number) {
  const plan = { profile: 'load', communities, seats: 4, households: 24, issues } as const
  const seeded = await seed(house, { vault, clock, origin }, plan)
  const of = seeded.communities[communities - 1]
  if (!of) throw new Error('no such community was seeded')
  const community: Community = { ...of, name: of.name.zh, nameEn: of.name.en, phone: '' }
  const db = house.of(community.id)
  const browsers = {} as Record<Part, Browser>
  const people = {} as Record<Part, Awaited<ReturnType<typeof whoHolds>>>
  const tokens = {} as Record<Part, string>
  for (const part of parts) {
    const { cookie } = (of.entrances[part] ?? { cookie: '=' }) as { cookie: string }
    const [name = '', secret = ''] = cookie.split('=')
    browsers[part] = new Browser(app, community, secret ? { [name]: secret } : {})
    people[part] = await whoHolds(db, secret, now)
    tokens[part] = await browsers[part].token()
  }
  const doors = of.doors.map(({ cookie }) => {
    const [name = '', secret = ''] = cookie.split('=')
    return new Browser(app, community, { [name]: secret })
  })
  return { community, db, browsers, people, tokens, doors, codes: [] as string[] }
}

/** What the load profile leaves out: words on the desk, a visit, a gathering, a vote that passed and what came of it. */
async function liveThrough(town: Town) {
  const { visitor, volunteer, staff, chair, admin, 'seat 4': property } = town.browsers
  const done = async (browser: Browser, path: string, fields: Record<string, string> = {}) => {
    const reply = await browser.post(path, fields)
    if (reply.statusCode !== 303) throw new Error(`${path}: ${reply.statusCode} ${reply.body.slice(0, 600)}`)
    return String(reply.headers.location)
  }
  const filed = await done(visitor, '/filings', { key: randomUUID(), what: '楼道灯又坏了', phone: '13800000001' })
  town.codes.push(/\/track\/([0-9A-Z-]+)/.exec(filed)?.[1] ?? '')
  const door = { building: '1', door: '101' }
  await done(volunteer, '/desk/visits', {
    key: randomUUID(),
    ...door,
    outcome: 'met',
    words1: '下水道返味',
    record: 'on',
  })
  await done(staff, '/desk/rounds', {
    key: randomUUID(),
    name: '走一遍',
    who: `p${town.people.volunteer.personId}`,
    ends: '2026-11-30',
    building1: '1',
  })
  await done(staff, '/desk/gatherings', { title: '周三茶话会', place: '活动室', held_at: '2026-11-24T09:00' })
  await done(staff, '/desk/gatherings/1/lines', { key: randomUUID(), words: '车子停不下' })
  await done(staff, '/desk/gatherings/1/announcement')
  await done(visitor, '/gatherings/1/signups', { key: randomUUID(), name: '王芳', phone: '13800000003' })

  const wide = { key: randomUUID(), title: '广场怎么用', closes_on: '2026-12-20', statements: '晚上九点以后要安静' }
  await done(staff, '/desk/questions', wide)
  const statement = await town.db.selectFrom('question_statements').select('id').executeTakeFirstOrThrow()
  await done(visitor, '/questions/1/answers', { statement: String(statement.id), opinion: 'agree' })
  await done(visitor, '/questions/1/statements', { key: randomUUID(), words: '再添几把椅子' })
  // What it comes to is reckoned a moment later: it must not be taken for something the other neighbourhood did.
  const reckoned = () => town.db.selectFrom('question_results').select('answers').execute()
  for (let i = 0; i < 3_000 && (await reckoned()).length === 0; i++) await new Promise((wait) => setTimeout(wait, 20))

  const head = { key: randomUUID(), title: '班车', why: '要加一班', closes_on: '2026-12-20', audience: 'all' }
  for (const key of [head.key, randomUUID()]) await done(staff, '/desk/surveys', { ...head, key })
  const question = { key: randomUUID(), kind: 'text', words: '还缺什么' }
  for (const no of [1, 2]) await done(staff, `/desk/surveys/${no}/questions`, { ...question, key: randomUUID() })
  await done(staff, '/desk/surveys/1/opening')
  const own = await town.db.selectFrom('survey_questions').select('id').orderBy('id').executeTakeFirstOrThrow()
  await done(visitor, '/surveys/1/answers', { key: randomUUID(), [`q${own.id}`]: '站台没有遮雨的' })
  await done(staff, '/desk/surveys/1/closure')
  const written = await town.db.selectFrom('survey_answers').select('voice_id').executeTakeFirstOrThrow()
  const release = { voice: String(written.voice_id), question: String(own.id), words: '要遮雨' }
  await done(staff, '/desk/surveys/1/releases', release)

  const built = await done(staff, '/desk/bridges', { name: '街道平台', kind: 'partner', per_hour: '60', active: 'on' })
  const bridge = built.replace(/^\/c\/[^/]+/, '')
  await done(staff, `${bridge}/voices`, { text: '张三:\n垃圾房臭', pick: '0' })
  await admin.post(`${bridge}/secrets`, { kind: 'hook' })
  const bytes = Buffer.from('编号,内容\n1,路灯不亮\n')
  await staff.upload(`${bridge}/import`, {}, { field: 'file', name: 'x.csv', bytes, type: 'text/csv' })

  // The load profile's items are in session, so nothing is added to them by hand.
  const { id: item } = await town.db.selectFrom('agenda_items').select('id').orderBy('no').executeTakeFirstOrThrow()
  const option = { title: '换灯', cost: 30_000, per: 'once', bearer: 'income', share: 'all', pros: '亮' } as const
  const added = { added_at: now, added_by: town.people.staff.personId as number }
  await town.db
    .insertInto('item_options')
    .values({ ...option, ...added, key: randomUUID(), item_id: item })
    .execute()
  const sitting = {
    key: randomUUID(),
    title: '协调会',
    place: '活动室',
    startsAt: '2026-12-02T19:00',
    kind: 'coordination',
  }
  const draft = (await done(staff, '/desk/meetings', sitting)).replace(/^.*\/(\d+)$/, '$1')
  const posted = { key: randomUUID(), spot: '公告栏', postedBy: '张三', postedAt: '2026-11-23T09:00' }
  await done(staff, `/desk/meetings/${draft}/proofs`, posted)
  await done(chair, `/meetings/${draft}/notice`)
  await done(staff, `/desk/meetings/${draft}/coming`, { seat: await seatOf(town), coming: 'yes', standIn: '李四' })
  const paper = { principal: '1-101', holder: '1-102', item: '', seenBy: '张三' }
  await done(staff, `/desk/meetings/${draft}/mandates`, { key: randomUUID(), ...paper })
  await done(chair, `/desk/meetings/${draft}/lead-cut`, { cutReason: '水管爆了等不起' })

  const [first, second] = await town.db.selectFrom('agenda_items').select('no').orderBy('no').execute()
  for (const resident of town.doors) await done(resident, '/ballots/1/votes', { choice: 'for', key: randomUUID() })
  await done(chair, '/ballots/1/closure')
  const seat = await town.db.selectFrom('seats').select('id').where('position', '=', 4).executeTakeFirstOrThrow()
  const owner = `${seat.id}-${town.people['seat 4'].personId}`
  const promise = { text: '三天内修好', owner, due: '2026-12-04', steps: '买灯\n换灯' }
  await done(chair, `/meetings/1/items/${first?.no}/resolution`, promise)
  await done(property, '/resolutions/1/updates', { words: '灯已经买来' })
  const steps = await town.db.selectFrom('steps').select('id').orderBy('id').execute()
  for (const step of steps) await done(property, `/resolutions/1/steps/${step.id}/completion`, { evidence: '装好了' })
  await done(property, '/resolutions/1/claim', { evidence: '全都亮了' })
  for (const step of ['introduction', 'discussion']) await done(chair, `/meetings/1/items/${second?.no}/${step}`)
  const form = { question: '同意办第二件', rule: 'M2', abstain: 'on', tally: 'live' }
  await done(chair, `/meetings/1/items/${second?.no}/ballot`, form)
  await done(staff, '/ballots/2/papers', { key: randomUUID(), first: '1', last: '3' })
}

async function seatOf(town: Town): Promise<string> {
  return String((await town.db.selectFrom('seats').select('id').orderBy('position').executeTakeFirstOrThrow()).id)
}

/** Writes a mark behind every text of a community, past every rule, so that one word of it is known anywhere. */
async function markAll({ id }: Community) {
  const texts: Record<string, string[]> = {
    agenda_items: ['title', 'question', 'background', 'expert', 'expert_name'],
    item_options: ['title', 'timing', 'pros', 'cons'],
    notice_proofs: ['place', 'posted_by'],
    overrides: ['reason'],
    seat_answers: ['stand_in'],
    arrivals: ['words', 'place', 'external_no'],
    ballots: ['question'],
    bridges: ['name'],
    buildings: ['name'],
    filing_messages: ['words'],
    filings: ['words', 'place', 'surname'],
    gathering_lines: ['words', 'speaker'],
    gathering_signups: ['name'],
    gatherings: ['title', 'place', 'for_group'],
    households: ['door'],
    question_statements: ['words'],
    questions: ['title', 'lead'],
    surveys: ['title', 'why'],
    survey_questions: ['words'],
    survey_answers: ['words'],
    survey_releases: ['words'],
    issue_texts: ['title', 'body'],
    mandates: ['seen_by'],
    issues: ['title', 'public_text', 'place', 'next_step'],
    meetings: ['title', 'place'],
    people: ['name', 'post'],
    resolutions: ['text', 'evidence'],
    rounds: ['name'],
    running_order: ['notes'],
    seats: ['name', 'name_en'],
    steps: ['title', 'evidence'],
    teams: ['name'],
    updates: ['words'],
  }
  await house.db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx)
    for (const [name, columns] of Object.entries(texts)) {
      for (const column of columns)
        await sql`update ${sql.table(name)} set ${sql.ref(column)} = ${sql.ref(column)} || ${mark}
                  where community_id = ${id} and ${sql.ref(column)} <> ''`.execute(trx)
    }
  })
}

/** What a neighbourhood's things are called in addresses and forms. */
async function namesOf(town: Town): Promise<Record<string, string>> {
  const one = async (query: ReturnType<typeof sql>) => {
    const { rows } = await query.execute(town.db)
    return String((rows[0] as { of?: unknown } | undefined)?.of ?? '0')
  }
  const sealed = await sql<{ code: Buffer }>`select code_sealed as code from filings order by id`.execute(town.db)
  const tracking = groupCode(vault.open(town.community.id, sealed.rows[0]?.code ?? Buffer.of()))
  const seat = await one(sql`select id as of from seats order by id`)
  const person = await one(sql`select id as of from people order by id`)
  return {
    no: town === ours ? await one(sql`select max(no) as of from issues`) : '1',
    issue: await one(sql`select max(no) as of from issues`),
    item: await one(sql`select max(no) as of from agenda_items`),
    seat,
    person,
    owner: `${seat}-${person}`,
    step: await one(sql`select id as of from steps order by id`),
    revisit: await one(sql`select id as of from revisits order by id`),
    session: await one(sql`select id as of from sessions order by id`),
    presence: await one(sql`select id as of from attendance order by id`),
    text: await one(sql`select id as of from issue_texts order by id`),
    buildingId: await one(sql`select id as of from buildings order by id`),
    statement: await one(sql`select id as of from question_statements order by id`),
    asked: await one(sql`select id as of from survey_questions order by id desc`),
    voice: await one(sql`select id as of from survey_voices order by id`),
    visit: await one(sql`select key as of from visits`),
    template: await one(sql`select id as of from reply_templates order by id`),
    pair: await one(sql`select id as of from synonyms order by id`),
    objection: await one(sql`select id as of from objections order by id`),
    day: '2026-12-01',
    nth: '1',
    line: await one(sql`select key as of from gathering_lines`),
    signup: await one(sql`select key as of from gathering_signups`),
    board: await one(sql`select board_key as of from gatherings`),
    room: await one(sql`select door_key as of from gatherings`),
    photo: randomUUID(),
    proof: await one(sql`select key as of from notice_proofs`),
    unit: await one(sql`select id as of from units order by id`),
    building: '1',
    kind: 'hearing',
    option: await one(sql`select key as of from item_options`),
    bridge: await one(sql`select key as of from bridges`),
    import: await one(sql`select key as of from imports`),
    secret: await one(sql`select id as of from bridge_secrets`),
    arrival: await one(sql`select key as of from arrivals`),
    service: 'light',
    round: await one(sql`select key as of from rounds`),
    mandate: await one(sql`select key as of from mandates`),
    batch: await one(sql`select key as of from paper_batches`),
    matter: await one(sql`select key as of from filings where visit_id is not null`),
    tracking,
    code: tracking,
    meeting: await one(sql`select code as of from meetings`),
    token: await town.db
      .transaction()
      .execute((trx) => issueEntrance(trx, { personId: Number(person) }, { personId: null }, now)),
  }
}

/** The route's address with these names in it. */
function pathOf({ path, params }: RouteLine, names: Record<string, string>): string {
  const kinds: Record<string, [RegExp, string][]> = {
    id: [
      [/\/surveys\//, 'asked'],
      [/\/secrets\//, 'secret'],
      [/\/open311\//, 'arrival'],
      [/\/units\//, 'unit'],
      [/\/seats\//, 'seat'],
      [/\/people\//, 'person'],
      [/\/steps\//, 'step'],
      [/\/revisits\//, 'revisit'],
      [/\/sessions\//, 'session'],
      [/\/templates\//, 'template'],
      [/\/words\//, 'pair'],
      [/\/objections\//, 'objection'],
    ],
    key: [
      [/\/visits\//, 'visit'],
      [/\/bridges\//, 'bridge'],
      [/\/imports\//, 'import'],
      [/\/lines\//, 'line'],
      [/\/signups\//, 'signup'],
      [/\/board\//, 'board'],
      [/\/photos\//, 'photo'],
      [/\/rounds\//, 'round'],
      [/\/matters\//, 'matter'],
      [/\/options\//, 'option'],
      [/\/mandates\/|\/proxies\//, 'mandate'],
      [/\/papers\//, 'batch'],
    ],
    door: [[/\/arrivals\//, 'room']],
    code: [
      [/\/services\//, 'service'],
      [/\/join\//, 'meeting'],
      [/\/track\//, 'tracking'],
    ],
  }
  return params.reduce((text, param) => {
    if (param === 'slug') return text.replace(':slug', theirs.community.slug)
    const kind = kinds[param]?.find(([where]) => where.test(path))?.[1] ?? param
    const value = names[kind]
    if (value === undefined) throw new Error(`${path}: nothing is known to put for :${param}`)
    return text.replace(`:${param}`, value)
  }, path)
}

const weight = ({ method, path }: RouteLine) =>
  method === 'GET'
    ? 0
    : /\/(leave|enter|sessions|people)\b/.test(path)
      ? 3
      : /(closure|adjournment|departure)/.test(path)
        ? 2
        : 1

async function tenantTables(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'community_id' order by 1`.execute(house.db)
  return rows.map(({ name }) => name)
}

/** A fingerprint of every table of a community. */
async function stateOf(town: Town): Promise<Record<string, string>> {
  const state: Record<string, string> = {}
  for (const name of await tenantTables()) {
    const { rows } = await sql<{ sum: string }>`
      select count(*) || ' ' || md5(coalesce(string_agg(t::text, e'\n' order by t::text), '')) as sum from ${sql.table(name)} t`.execute(
      town.db,
    )
    state[name] = rows[0]?.sum ?? ''
  }
  return state
}
