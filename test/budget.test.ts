import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import t from 'tap'
import { buildApp } from '../src/app.ts'
import { sessionCookie } from '../src/lib/http/conventions.ts'
import { openSession } from '../src/lib/http/session.ts'
import { createLive } from '../src/lib/live/hub.ts'
import { openVault } from '../src/lib/vault.ts'
import { routeTable } from '../src/routetable.ts'
import { seedOnce } from '../src/seed.ts'
import { Browser, freshHouse } from './harness.ts'
import { statementsOf } from './statements.ts'

/** Goal 12 of docs/performance.md: what a page costs the database does not depend on the machine it is measured on. */
const most = 3

const published =
  'select m.no from minutes n join meetings m on m.id = n.meeting_id where n.published_at is not null order by n.id desc limit 1'

/** Where a page with a name in its address finds one in the demonstration: SQL for the text that stands in its place. */
const samples: Record<string, string> = {
  '/desk/owners/buildings/:building': "select '12'",
  '/desk/owners/units/:id': 'select id from units order by id limit 1',
  '/desk/people/seats/:id': 'select id from seats order by position limit 1',
  '/desk/visits/:key': 'select key from visits order by id desc limit 1',
  '/desk/gatherings/:no': 'select no from gatherings order by id desc limit 1',
  '/desk/gatherings/:no/plan': 'select no from gatherings order by id desc limit 1',
  '/desk/triage/:no': "select no from filings where state = 'submitted' limit 1",
  '/desk/triage/:no/record': "select no from filings where state = 'submitted' limit 1",
  '/desk/bridges/:key': 'select key from bridges limit 1',
  '/desk/bridges/:key/edit': 'select key from bridges limit 1',
  '/desk/bridges/:key/wiring': 'select key from bridges limit 1',
  '/desk/bridges/:key/paste': "select key from bridges where kind = 'wechat' limit 1",
  '/desk/bridges/:key/import': "select key from bridges where kind = 'hotline' limit 1",
  '/open311/services/:code.json': "select 'light'",
  '/open311/services/:code.xml': "select 'light'",
  '/desk/issues/:no/merger': 'select no from issues where closed_at is null order by id limit 1',
  '/issues/:no/subscriptions': 'select no from issues where published_at is not null and closed_at is null limit 1',
  '/desk/gatherings/:no/signups': 'select no from gatherings where announced_at is not null limit 1',
  '/gatherings/:no': 'select no from gatherings where announced_at is not null limit 1',
  '/gatherings/:no/board/:key': "select no || '/' || board_key from gatherings where announced_at is not null limit 1",
  '/gatherings/:no/arrivals/:door':
    "select no || '/' || door_key from gatherings where announced_at is not null limit 1",
  '/gatherings/:no/signups/:key':
    "select g.no || '/' || s.key from gathering_signups s join gatherings g on g.id = s.gathering_id limit 1",
  '/questions/:no': 'select no from questions limit 1',
  '/questions/:no/results': 'select no from questions limit 1',
  '/desk/questions/:no': 'select no from questions limit 1',
  '/surveys/:no': 'select no from surveys order by no limit 1',
  '/desk/surveys/:no': 'select no from surveys order by no desc limit 1',
  '/desk/surveys/:no/progress': 'select no from surveys order by no desc limit 1',
  '/desk/surveys/:no/words': 'select no from surveys order by no limit 1',
  '/desk/surveys/:no/results.csv': 'select no from surveys order by no limit 1',
  '/desk/issues/:no': 'select no from issues order by reopens desc, id limit 1',
  '/issues/:no': 'select no from issues where published_at is not null order by reopens desc, id limit 1',
  '/desk/agenda/:no': 'select no from agenda_items order by id desc limit 1',
  '/desk/agenda/:no/options': 'select i.no from item_options o join agenda_items i on i.id = o.item_id limit 1',
  '/desk/agenda/:no/gates': 'select no from agenda_items order by id desc limit 1',
  '/items/:no': 'select i.no from item_options o join agenda_items i on i.id = o.item_id limit 1',
  '/desk/kinds/:kind': 'select code from meeting_kinds limit 1',
  '/desk/meetings/:no/notice': 'select no from meetings where adjourned_at is null order by id desc limit 1',
  '/desk/meetings/:no/coming': 'select no from meetings where adjourned_at is null order by id desc limit 1',
  '/desk/meetings/:no/print': 'select no from meetings where adjourned_at is null order by id desc limit 1',
  '/meetings/:no/coming': 'select no from meetings where adjourned_at is null order by id desc limit 1',
  '/meetings/:no/agenda': 'select no from meetings where adjourned_at is null order by id desc limit 1',
  '/meetings/:no/meeting.ics': 'select no from meetings where adjourned_at is null order by id desc limit 1',
  '/desk/meetings/:no': 'select no from meetings where adjourned_at is null order by id desc limit 1',
  '/join/:code': 'select code from meetings where adjourned_at is null order by id desc limit 1',
  '/desk/meetings/:no/desk': 'select no from meetings where adjourned_at is null order by id desc limit 1',
  '/ballots/:no': 'select no from ballots order by id desc limit 1',
  '/ballots/:no/count': 'select m.no from meetings m join ballots b on b.meeting_id = m.id limit 1',
  '/ballots/:no/arithmetic': 'select no from ballots order by id desc limit 1',
  '/ballots/:no/receipts': 'select no from ballots order by id desc limit 1',
  '/ballots/:no/papers': 'select no from ballots order by id desc limit 1',
  '/ballots/:no/hands': 'select no from ballots order by id desc limit 1',
  '/meetings/:no/items/:item/ballot':
    "select m.no || '/' || i.no from running_order r join meetings m on m.id = r.meeting_id join agenda_items i on i.id = r.item_id where m.adjourned_at is null limit 1",
  '/meetings/:no/items/:item/resolution':
    "select m.no || '/' || i.no from running_order r join meetings m on m.id = r.meeting_id join agenda_items i on i.id = r.item_id where r.declared_at is not null limit 1",
  '/resolutions/:no/trial': 'select no from resolutions r join trials t on t.resolution_id = r.id limit 1',
  '/resolutions/:no': 'select no from resolutions order by id limit 1',
  '/desk/revisits/:id': 'select id from revisits where answered_at is null limit 1',
  '/desk/meetings/:no/minutes':
    'select m.no from minutes n join meetings m on m.id = n.meeting_id order by n.id desc limit 1',
  '/desk/meetings/:no/minutes/parts/:nth':
    "select m.no || '/1' from minutes n join meetings m on m.id = n.meeting_id where n.sent_at is null limit 1",
  '/meetings/:no/minutes': published,
  '/meetings/:no/minutes/print': published,
  '/meetings/:no/minutes/notice': published,
  '/meetings/:no/minutes.docx': published,
  '/meetings/:no/minutes.csv': published,
  '/meetings/:no/deadlines.ics': published,
  '/meetings/:no': 'select no from meetings order by id desc limit 1',
  '/meetings/:no/seats': 'select no from meetings order by id desc limit 1',
  '/desk/meetings/:no/mandates': 'select no from meetings order by id desc limit 1',
  '/meetings/:no/hand': 'select no from meetings order by id desc limit 1',
  '/desk/meetings/:no/votes': 'select no from meetings order by id desc limit 1',
  '/meetings/:no/chair': 'select no from meetings order by id desc limit 1',
  '/meetings/:no/projector': 'select no from meetings order by id desc limit 1',
}
/** Addresses that are secrets: sealed in the database, so they are opened here. */
const secrets: Record<string, string> = {
  '/track/:code/slip': 'select code_sealed as sealed from filings order by id desc limit 1',
  '/track/:code': 'select code_sealed as sealed from filings order by id desc limit 1',
  '/track/:code/answer':
    'select f.code_sealed as sealed from revisits r join filings f on f.id = r.filing_id where r.answered_at is null limit 1',
}
/** Pages that need something asked: what to ask for. */
const queries: Record<string, string> = {
  '/desk/visits/new': '?building=3&door=101',
  '/desk/visits/sheet': '?building=3',
  '/desk/visits/transcription': '?building=3',
}
/** Not pages: the socket, the one-time door that writes, a calendar's sealed address. Two are counted where they are tested, in test/listen. */
const others = [
  '/live',
  '/enter/:token',
  '/deadlines/:token.ics',
  '/photos/:key',
  '/desk/visits/:key/slip',
  '/door/key',
]
/** Pages of things the demonstration has none of; each is counted where it is tested. */
const elsewhere = [
  '/ballots/:no/units',
  '/ballots/:no/assembly',
  '/owners-vote/:secret',
  '/desk/ballots/:no/papers',
  '/desk/ballots/:no/papers/building',
  '/desk/ballots/:no/held',
  '/desk/imports/:key',
  '/open311/requests/:id',
  '/open311/tokens/:token',
  '/subscriptions/:token',
  '/desk/gatherings/:no/lines/:key',
  '/desk/surveys/:no/questions/:id',
  '/desk/meetings/:no/proofs/:proof',
  '/mandates/:key',
  '/ballots/:no/proxies',
  '/ballots/:no/papers/:key',
]

t.test('no page asks the database more than three things, whoever looks at the whole demonstration', async (t) => {
  const { house, closed } = await freshHouse()
  const keys = mkdtempSync(join(tmpdir(), 'wt-keys-'))
  const origin = 'http://wutong.test'
  const tools = { vault: openVault(keys), clock: () => new Date('2026-11-24T10:00:00+08:00') }
  const live = createLive(house)
  const app = await buildApp({ house, live, origin, ...tools }, { rateLimits: false })
  t.teardown(async () => {
    await live.close()
    await app.close()
    await closed()
    rmSync(keys, { recursive: true, force: true })
  })
  await seedOnce(house, tools)
  const row = await house.db.selectFrom('communities').selectAll().executeTakeFirstOrThrow()
  const community = { ...row, nameEn: row.name_en }
  const db = house.of(row.id)
  const one = async (query: string) => (await sql.raw<Record<string, unknown>>(query).execute(db)).rows[0]

  // Somebody with every role, and a seat: nothing is kept from her, so every page shows all it ever shows.
  const { person_id: id } = await db
    .selectFrom('person_roles')
    .select('person_id')
    .where('role', '=', 'chair')
    .executeTakeFirstOrThrow()
  await sql`insert into person_roles (person_id, role)
    select ${id}, role from unnest(array['staff', 'admin', 'volunteer', 'manager']) role on conflict do nothing`.execute(
    db,
  )
  const secret = await db.transaction().execute((trx) => openSession(trx, { personId: id }, 'test', tools.clock()))
  const allRoles = new Browser(app, community, { [sessionCookie(row.id, origin)]: secret })
  const visitor = new Browser(app, community, {})

  const addressOf = async (path: string): Promise<string | null> => {
    if (!path.includes(':')) return `${path}${queries[path] ?? ''}`
    const sealed = secrets[path] && (await one(secrets[path]))
    const sample = samples[path] && (await one(samples[path]))
    const values = sealed
      ? [tools.vault.open(row.id, sealed.sealed as Buffer)]
      : sample
        ? String(Object.values(sample)[0]).split('/')
        : null
    return values && path.replace(/:\w+/g, () => String(values.shift()))
  }

  let pages = 0
  for (const { method, path, tenant, who } of await routeTable()) {
    const own = path.replace('/c/:slug', '') || '/'
    if (method !== 'GET' || !tenant || others.includes(own)) continue
    if (elsewhere.some((one) => own.startsWith(one))) continue
    const address = await addressOf(own)
    if (!t.ok(address, `${own} has a sample in this file`) || address === null) continue
    for (const [name, browser] of Object.entries({ allRoles, ...(who === 'anyone' && { visitor }) })) {
      await browser.get(address)
      let status = 0
      const asked = await statementsOf(async () => {
        status = (await browser.get(address)).statusCode
      })
      t.ok([200, 303, 409].includes(status), `${address} opens for ${name}: ${status}`)
      t.ok(asked <= most, `${address} asks ${asked} for ${name}`)
      pages++
    }
  }
  t.ok(pages > 60, `${pages} looked at`)
})
