import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { buildApp } from '../src/app.ts'
import { isMessage } from '../src/lib/i18n.ts'
import { createLive } from '../src/lib/live/hub.ts'
import { openVault } from '../src/lib/vault.ts'
import { invitations } from '../src/listen/gatherings/invitations.ts'
import { isIssueState, issueStates } from '../src/listen/issues/rules.ts'
import { whyNotPublic } from '../src/listen/issues/wording.ts'
import { storyOf } from '../src/seed/demo.ts'
import { tellTime } from '../src/seed/when.ts'
import { printEntrances, seed, seedOnce } from '../src/seed.ts'
import { verify } from '../src/verify.ts'
import { decide } from '../src/vote/ballots/decision.ts'
import type { Rule } from '../src/vote/ballots/rules.ts'
import { Browser, freshHouse } from './harness.ts'
import { statementsOf } from './statements.ts'

const origin = 'http://wutong.test'

t.test('the demonstration', async (t) => {
  const { house, closed } = await freshHouse()
  const keys = mkdtempSync(join(tmpdir(), 'wt-keys-'))
  const vault = openVault(keys)
  const now = new Date('2026-11-24T10:00:00+08:00')
  const clock = () => now
  const live = createLive(house)
  const app = await buildApp({ house, live, vault, origin, clock }, { rateLimits: false })
  await app.ready()
  t.teardown(async () => {
    await live.close()
    await app.close()
    await closed()
    rmSync(keys, { recursive: true, force: true })
  })

  await seedOnce(house, { vault, clock })
  const [community] = await house.db.selectFrom('communities').selectAll().execute()
  const db = house.of(community?.id ?? 0)
  const here = { id: 0, slug: '', name: '', nameEn: '', prefix: '', phone: '', ...community }
  const count = async (table: 'buildings' | 'households' | 'teams' | 'visits' | 'issues' | 'filings' | 'journal') => {
    const { n } = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll().as('n'))
      .executeTakeFirstOrThrow()
    return Number(n)
  }

  t.test('a house in which anybody lives is left as it is', async (t) => {
    const before = await count('journal')
    await seedOnce(house, { vault, clock })
    await Promise.all([seedOnce(house, { vault, clock }), seedOnce(house, { vault, clock })])
    t.equal(await count('journal'), before)
    t.equal((await house.db.selectFrom('communities').select('id').execute()).length, 1)
  })

  t.test('it has the size of the estate it is told after', async (t) => {
    t.equal(here.slug, 'wutongli')
    t.equal(await count('buildings'), 12)
    t.equal(await count('households'), 1512)
    t.equal(await count('teams'), 9)
    const volunteers = await db.selectFrom('person_roles').select('person_id').where('role', '=', 'volunteer').execute()
    t.equal(volunteers.length, 53)
    const seats = await db.selectFrom('seats').select(['name', 'required']).orderBy('position').execute()
    t.same(
      seats.map(({ name }) => name),
      ['党组织', '居委会', '业委会', '物业', '社区民警'],
    )
    t.same(
      seats.filter(({ required }) => required).map(({ name }) => name),
      ['居委会'],
    )
    t.ok((await count('visits')) > 500, 'the door grid is alive')
    t.equal(await count('issues'), 45)
  })

  t.test(
    'matters stand in every state, heard by every ear; what is decided is given to somebody the same evening',
    async (t) => {
      const rows = await db.selectFrom('issues').select('state').distinct().execute()
      // Nothing rests as decided.
      const resting = issueStates.filter((state) => state !== 'decided')
      t.same(rows.map(({ state }) => state).sort(), [...resting].sort())
      const decided = await db.selectFrom('journal').select('id').where('became', '=', 'decided').execute()
      t.ok(decided.length > 10)
      const ears = await db.selectFrom('filings').select('channel').distinct().execute()
      t.same(ears.map(({ channel }) => channel).sort(), ['bridge', 'door', 'gather'])
      const filings = await db.selectFrom('filings').select('state').distinct().execute()
      t.same(filings.map(({ state }) => state).sort(), [
        'accepted',
        'declined',
        'need_info',
        'referred',
        'submitted',
        'withdrawn',
      ])
    },
  )

  t.test('every matter stands where its journal leaves it, and every line is one of the times it tells', async (t) => {
    const lines = await db.selectFrom('journal').selectAll().orderBy('id').execute()
    const stands = new Map<number, string>()
    for (const { subject, subject_id, was, became } of lines) {
      if (subject !== 'issue' || became === null || !isIssueState(became)) continue
      t.equal(was, stands.get(subject_id) ?? null, `from where it stood to ${became}`)
      stands.set(subject_id, became)
    }
    for (const { id, state } of await db.selectFrom('issues').select(['id', 'state']).execute())
      t.equal(stands.get(id), state)
    t.ok(
      lines.every(({ at }) => at <= now),
      'nothing has happened that has not happened yet',
    )
    const untold = [...new Set(lines.map(({ verb }) => verb))].filter((verb) => !isMessage(`journal.${verb}`))
    t.same(untold, [], 'every line can be told')
  })

  t.test('a recount of every vote that was declared gives what was declared', async (t) => {
    const ballots = await db.selectFrom('ballots').selectAll().orderBy('id').execute()
    t.equal(ballots.length, 16)
    t.same([...new Set(ballots.map(({ outcome }) => outcome))].sort(), ['passed', 'rejected'])
    for (const ballot of ballots) {
      const votes = await db.selectFrom('votes').select('choice').where('ballot_id', '=', ballot.id).execute()
      const said = (choice: string) => votes.filter((vote) => vote.choice === choice).length
      const numbers = ballot.numbers as { present: number; eligible: number }
      const recount = { for: said('for'), against: said('against'), abstain: said('abstain') }
      if (ballot.rule === 'PL') {
        const most = ballot.options.map((_, i) => said(String(i + 1)))
        t.match(ballot.numbers, { result: { sums: [...most].sort((a, b) => b - a).map((sum) => ({ sum })) } })
        continue
      }
      const decision = decide(ballot.rule as Rule, { ...recount, present: numbers.present, eligible: ballot.eligible })
      t.match({ ...ballot }, { outcome: decision.outcome, reason: decision.reason, numbers: decision.numbers })
      const roll = await db.selectFrom('electorate').select('voter_id').where('ballot_id', '=', ballot.id).execute()
      t.equal(roll.length, ballot.eligible)
      t.ok(votes.length <= numbers.present && numbers.present <= ballot.eligible)
    }
  })

  t.test('what everybody reads was approved by a second person and gives nobody away', async (t) => {
    const people = await db
      .selectFrom('people')
      .innerJoin('person_roles', 'person_roles.person_id', 'people.id')
      .where('role', '=', 'volunteer')
      .select('name')
      .execute()
    const surnames = await db.selectFrom('filings').select('surname').where('surname', '<>', '').execute()
    const texts = await db.selectFrom('issue_texts').selectAll().execute()
    t.ok(texts.every(({ written_by, approved_by }) => written_by !== approved_by))
    const issues = await db.selectFrom('issues').selectAll().execute()
    t.equal(issues.filter(({ published_at }) => published_at === null).length, 2)
    for (const { title, public_text, place, next_step } of issues) {
      const wording = `${title} ${public_text} ${place} ${next_step}`
      t.equal(whyNotPublic(wording), null, title)
      for (const { name } of people) t.notMatch(wording, name)
      for (const { surname } of surnames) t.notMatch(wording, new RegExp(`${surname}(先生|女士|阿姨|老伯|师傅)`))
    }
  })

  t.test(
    'two matters were put into others, and of one of them its neighbour says that it is not the same',
    async (t) => {
      const mergers = await db
        .selectFrom('mergers')
        .select(['id', 'issue_id'])
        .where('issue_id', 'is not', null)
        .execute()
      t.equal(mergers.length, 2)
      const said = await db.selectFrom('objections').selectAll().execute()
      t.match(said, [{ settled_at: null, words: /5 号楼/ }])
    },
  )

  t.test(
    'people are invited: one gathering is full with a line behind it, one has moved, one was called off',
    async (t) => {
      const shown = await invitations(db)
      const [full] = shown.filter(({ waiting }) => waiting > 0)
      t.match(full, { taken: 6, places: 6, waiting: 3, left: 0 })
      t.equal(shown.filter(({ moved_at, held_at }) => moved_at !== null && held_at > now).length, 1)
      t.equal(shown.filter(({ called_off_at }) => called_off_at !== null).length, 1)
    },
  )

  t.test('promises are open, late, asked about, closed, and taken up again', async (t) => {
    const rows = await db.selectFrom('resolutions').selectAll().execute()
    const today = '2026-11-24'
    t.equal(rows.filter((row) => row.claimed_at === null && row.due_on < today).length, 1, 'one is late')
    t.ok(rows.some((row) => row.claimed_at === null && row.due_on >= today))
    t.ok(rows.some((row) => row.claimed_at !== null && row.closed_at === null))
    t.ok(
      rows.some((row) => row.closed_at !== null && row.cycle === 2),
      'done at the second try',
    )
    t.ok(
      rows.some((row) => row.claimed_at === null && row.cycle === 2),
      'taken up again',
    )
  })

  t.test('this Saturday’s meeting is ready to be opened, with the shuttle bus among four items', async (t) => {
    const meeting = await db
      .selectFrom('meetings')
      .selectAll()
      .where('adjourned_at', 'is', null)
      .executeTakeFirstOrThrow()
    t.equal(meeting.starts_at.toISOString(), '2026-11-28T11:00:00.000Z')
    t.equal(meeting.title, '十一月五位一体会议')
    t.ok(meeting.noticed_at && !meeting.checkin_at)
    const items = await db
      .selectFrom('running_order')
      .innerJoin('agenda_items', 'agenda_items.id', 'running_order.item_id')
      .where('meeting_id', '=', meeting.id)
      .select('question')
      .orderBy('position')
      .execute()
    t.equal(items.length, 4)
    t.equal(items[1]?.question, '同意小区班车末班延长至 23:00，试行三个月')
  })

  t.test('nobody is sent today what is long past', async (t) => {
    t.same(await db.selectFrom('outbox').select('id').execute(), [])
  })

  t.test('one filing on the desk is late, by as little as can be', async (t) => {
    const late = await db
      .selectFrom('filings')
      .select('due_on')
      .where('state', '=', 'submitted')
      .where('due_on', '<', '2026-11-24')
      .execute()
    t.same(late, [{ due_on: '2026-11-23' }])
  })

  t.test('every page has something to show, in both languages', async (t) => {
    const told = await seed(house, { vault, clock, origin }, { profile: 'demo', communities: 1, seats: 1 })
    const parts = told.communities[0]?.entrances as Record<string, { cookie: string }>
    const pages = {
      nobody: [
        '/',
        '/issues',
        '/issues/1',
        '/ledger',
        '/resolutions/1',
        '/meetings/1',
        '/meetings/4',
        '/meetings/4/projector',
        '/ballots/1',
      ],
      resident: ['/', '/issues/29', '/meetings/4'],
      volunteer: ['/desk', '/desk/visits', '/desk/visits?building=12', '/desk/gatherings', '/desk/gatherings/10'],
      staff: [
        '/desk',
        '/desk/triage',
        '/desk/triage/120',
        '/desk/issues/29',
        '/desk/issues/43',
        '/desk/agenda',
        '/desk/agenda/19',
        '/desk/meetings',
        '/desk/meetings/4',
        '/desk/meetings/1',
        '/desk/revisits',
        '/desk/slips',
      ],
      chair: ['/desk', '/meetings/4/chair', '/meetings/1/chair'],
      'seat 4': ['/ledger', '/resolutions/11'],
      admin: ['/desk/people', '/desk/people/seats', '/desk/register'],
    }
    for (const [part, paths] of Object.entries(pages)) {
      for (const path of paths) {
        for (const lang of ['zh', 'en']) {
          const cookie = `lang=${lang}; ${parts[part]?.cookie ?? ''}`
          const page = await app.inject({ url: `/c/${here.slug}${path}`, headers: { cookie } })
          t.equal(page.statusCode, 200, `${part} ${path} ${lang}`)
        }
      }
    }
  })

  t.test('whoever counts again finds that all of it agrees', async (t) => {
    t.same((await verify(house)).wrong, [])
  })

  t.test('it prints a way in for every part; each opens', async (t) => {
    let page = ''
    const say = (text: string) => {
      page += text
    }
    await printEntrances(house, { origin, clock, vault, say })
    for (const label of [
      '居民 Resident',
      'Volunteer',
      'Staff',
      'Second staff',
      'Chair',
      'Town manager',
      'Admin',
      'Tracking',
      'Projector',
      'Join code',
    ])
      t.match(page, label)
    const links = page.match(/http:\S+\/enter\/\S+/g) ?? []
    t.equal(links.length, 12)
    t.equal(new Set(links).size, links.length)
    const [, tracking] = page.match(/http:\/\/[^/]+(\/\S+\/track\/\S+)/) ?? []
    t.match((await app.inject({ url: String(tracking) })).body, '居委会会看')
    for (const link of links) {
      const browser = new Browser(app, here, {})
      let reply = await browser.post(link.slice(origin.length))
      t.equal(reply.statusCode, 303, link)
      for (let hops = 0; reply.statusCode === 303 && hops < 3; hops++)
        reply = await browser.get(String(reply.headers.location))
      t.equal(reply.statusCode, 200)
    }
  })

  t.test('scripts get new ways into what is there already, in both languages, and nothing is told twice', async (t) => {
    const before = await count('issues')
    const told = await seed(house, { vault, clock, origin }, { profile: 'demo', communities: 1, seats: 3 })
    t.equal(await count('issues'), before)
    const [one] = told.communities
    t.match(one, { slug: 'wutongli', name: { zh: '梧桐里居民区', en: 'Wutongli' }, ballot: null })
    t.equal(one?.doors.length, 3)
    t.equal(one?.issues.length, 41)
    t.match(one?.entrances.staff, { label: { zh: '社工', en: 'Staff' }, cookie: /^wt\d+=/, link: /\/enter\// })
    const staff = one?.entrances.staff as { cookie: string }
    const page = await app.inject({ url: `/c/${here.slug}/desk`, headers: { cookie: staff.cookie } })
    t.equal(page.statusCode, 200)
  })

  t.test('an empty community has a table and an admin, nothing else', async (t) => {
    const told = await seed(house, { vault, clock, origin }, { profile: 'empty', communities: 1, seats: 5 })
    const [one] = told.communities
    t.same(Object.keys(one?.entrances ?? {}), ['admin'])
    t.match(one, { doors: [], issues: [], meeting: null })
    const empty = house.of(one?.id ?? 0)
    t.equal((await empty.selectFrom('seats').select('id').execute()).length, 5)
    t.equal((await empty.selectFrom('people').select('id').execute()).length, 1)
  })

  t.test('communities for measuring are made in a number of statements that does not grow with them', async (t) => {
    const plan = { profile: 'load', communities: 3, seats: 40, households: 200, issues: 667 } as const
    let told: Awaited<ReturnType<typeof seed>> | undefined
    const statements = await statementsOf(async () => {
      told = await seed(house, { vault, clock, origin }, plan)
    })
    t.ok(statements < 3 * 220, `${statements} statements`)
    t.equal(told?.communities.length, 3)
    for (const one of told?.communities ?? []) {
      t.equal(one.doors.length, 40)
      t.ok(one.ballot && one.meeting)
      const made = house.of(one.id)
      const issues = await made.selectFrom('issues').select('state').execute()
      t.equal(issues.length, 667)
      const states = [...new Set(issues.map(({ state }) => state))]
      t.same(
        issueStates.filter((state) => !states.includes(state)),
        ['decided', 'resolving', 'closed_not_adopted', 'merged'],
      )
      const last = await made
        .selectFrom('issues')
        .select((eb) => [
          'state',
          eb
            .selectFrom('journal')
            .select('became')
            .where('subject', '=', 'issue')
            .whereRef('subject_id', '=', 'issues.id')
            .where('became', 'is not', null)
            .orderBy('journal.id', 'desc')
            .limit(1)
            .as('became'),
        ])
        .execute()
      t.ok(
        last.every(({ state, became }) => state === became),
        'as the journal tells it',
      )
      const sitting = { ...here, id: one.id, slug: one.slug }
      const [name = '', secret = ''] = (one.doors[7]?.cookie ?? '').split('=')
      const voter = new Browser(app, sitting, { [name]: secret })
      const cast = await voter.post(`/ballots/${one.ballot?.no}/votes`, {
        choice: 'for',
        key: '0b8f2a50-0000-4000-8000-000000000001',
      })
      t.ok(cast.statusCode < 400, `a door in the room can vote (${cast.statusCode})`)
    }
    t.same((await verify(house)).wrong, [])
  })
})

t.test('the story can be told on any day of any year', async (t) => {
  for (let day = 0; day < 800; day += 17) {
    for (const hour of [0, 11, 23]) {
      const now = new Date(Date.parse('2026-01-03T00:30:00+08:00') + day * 86_400_000 + hour * 3_600_000)
      const late = storyOf(tellTime(now)).filter(({ at }) => at > now)
      if (late.length > 0) t.fail(`told at ${now.toISOString()}, ${late.length} things have not happened yet`)
    }
  }
  t.pass('on every day tried')
})
