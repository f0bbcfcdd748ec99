import { randomBytes, randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import { deskLedger } from '../src/board/desk/reads.ts'
import { type House, openHouse } from '../src/lib/db/connect.ts'
import { migrate } from '../src/lib/db/migrate.ts'
import type { Db } from '../src/lib/db/schema.ts'
import type { Letterbox } from '../src/lib/outbox.ts'
import { vaultOf } from '../src/lib/vault.ts'
import { type NewFiling, takeFiling } from '../src/listen/filings/store.ts'
import { issueByNo, publicIssues } from '../src/listen/issues/reads.ts'
import { neighboursSaid } from '../src/listen/likeness/reads.ts'
import { seed } from '../src/seed.ts'
import { freshDatabase } from './machine.ts'
import { type goals, judge, short } from './report.ts'
import type { Part } from './run.ts'
import { grow } from './town.ts'

/**
 * Goal 7: what lists, search, suggestion and filing cost in a town of few matters and in one of many, turn and turn about
 * in one run. By itself: `node bench/sizes.ts postgres://… [few] [many]`.
 */
const rounds = 60
const stillOpen = 2_000

interface Town {
  db: Db
  letterbox: Letterbox
  issues: number
  building: number
}

interface Measured {
  what: string
  goal: keyof typeof goals
  few: number
  many: number
}

export const bySize: Part = async ({ database, size: { towns } }, tell) => {
  const { figures, made } = await sizes(database.url, ...towns)
  for (const goal of ['listFlat', 'searchFlat', 'alikeFlat', 'fileFlat'] as const) {
    const its = figures.filter((each) => each.goal === goal)
    const [worst] = its.toSorted((a, b) => b.many / b.few - a.many / a.few)
    if (!worst) continue
    const all = its.map(({ what, few, many }) => `${what} ${short(few)} → ${short(many)} ms (${short(many / few)}×)`)
    tell(judge(goal, [{ app: worst.many, floor: worst.few }], `the worst of: ${all.join(', ')}`))
  }
  return { asides: made, wrong: [] }
}

async function sizes(server: string, few: number, many: number): Promise<{ figures: Measured[]; made: string[] }> {
  const made: string[] = []
  const [small, large] = [await town(server, few, made), await town(server, many, made)]
  const figures: Measured[] = []
  const [here, there] = [acts(small), acts(large)]
  for (const [what, { goal, act }] of Object.entries(here)) {
    const other = there[what]?.act
    if (other) figures.push({ what, goal, ...(await p50s(act, other)) })
  }
  for (const { close } of [small, large]) await close()
  return { figures, made }
}

async function town(server: string, issues: number, made: string[]): Promise<Town & { close(): Promise<unknown> }> {
  const began = performance.now()
  const { url, drop } = await freshDatabase(server, `of_${issues}`)
  const house = await openHouse({ databaseUrl: url, dataDir: '', max: 2 })
  await migrate(house.db)
  const vault = vaultOf(randomBytes(32))
  const tools = { vault, clock: () => new Date(), origin: 'http://localhost' }
  const plan = { profile: 'load', communities: 1, seats: 20, households: 1_500, issues: 0 } as const
  const { communities } = await seed(house, tools, plan)
  const id = communities[0]?.id ?? 0
  await grow(url, id, { issues, open: Math.min(stillOpen, issues) })
  const size = await sizeOf(house)
  made.push(
    `A town of ${issues.toLocaleString('en')} matters: made in ${short((performance.now() - began) / 1000)} s, ${size}`,
  )
  const db = house.of(id)
  const { id: building } = await db
    .selectFrom('buildings')
    .select('id')
    .orderBy('id')
    .limit(1)
    .executeTakeFirstOrThrow()
  const close = async () => {
    await house.close()
    await drop()
  }
  return { db, letterbox: { communityId: id, vault, home: '' }, issues, building, close }
}

async function sizeOf(house: House): Promise<string> {
  const asked = sql<{ size: string }>`select pg_size_pretty(pg_database_size(current_database())) as size`
  return (await asked.execute(house.db)).rows[0]?.size ?? ''
}

type Acts = Record<string, { goal: keyof typeof goals; act: () => Promise<unknown> }>

function acts({ db, letterbox, issues, building }: Town): Acts {
  const list = (act: () => Promise<unknown>) => ({ goal: 'listFlat', act }) as const
  const search = (filter: Parameters<typeof publicIssues>[1]) =>
    ({ goal: 'searchFlat', act: () => publicIssues(db, filter) }) as const
  // A thousand pages on, or in the middle of what there is.
  const deep = Math.max(issues - 25_000, Math.ceil(issues / 2))
  let turn = 0
  const another = () => issues - ((turn++ * 7) % Math.floor(issues / 2))
  const filing: NewFiling = {
    channel: 'bridge',
    words: '班车晚上九点半就没了，加班回来只能走二十分钟。',
    place: '北门',
    buildingId: building,
    householdId: null,
    surname: '',
    nameShown: false,
    phone: '',
    locale: 'zh',
    recordedBy: null,
  }
  return {
    'first page': list(() => publicIssues(db)),
    'one category': list(() => publicIssues(db, { category: 'noise' })),
    'one building, under way': list(() => publicIssues(db, { buildingId: building, open: true })),
    '1,000 pages on': list(() => publicIssues(db, {}, deep)),
    ledger: list(() => deskLedger(db, {}, null)),
    matter: list(() => publicOne(db, another())),
    'a common word': search({ q: '停车位' }),
    'a rare word': search({ q: '班车延期' }),
    'a place': search({ q: '快递柜' }),
    'a number': search({ q: '777' }),
    initials: search({ q: 'bcyq' }),
    'an English word': search({ q: 'shuttle' }),
    'a word and a filter': search({ q: '快递柜', category: 'noise', buildingId: building }),
    'nothing to find': search({ q: '大熊猫' }),
    'raw words at the desk': { goal: 'searchFlat', act: () => deskLedger(db, { q: '班车延期' }, null) },
    suggestion: { goal: 'alikeFlat', act: () => neighboursSaid(db, '晚上回来没有地方停车，兜了三圈', null) },
    filing: {
      goal: 'fileFlat',
      act: () =>
        db
          .transaction()
          .execute((trx) =>
            takeFiling(trx, letterbox, { ...filing, key: randomUUID() }, { householdId: null }, new Date()),
          ),
    },
  }
}

/** One in fifty is not public yet: then its neighbour. */
const publicOne = (db: Db, no: number) => issueByNo(db, no % 50 === 49 ? no - 1 : no)

/** Turn and turn about, so that whatever else this machine does meets both. */
async function p50s(few: () => Promise<unknown>, many: () => Promise<unknown>): Promise<{ few: number; many: number }> {
  const took: { few: number[]; many: number[] } = { few: [], many: [] }
  for (let round = -8; round < rounds; round++) {
    for (const [town, act] of [
      ['few', few],
      ['many', many],
    ] as const) {
      const began = performance.now()
      await act()
      if (round >= 0) took[town].push(performance.now() - began)
    }
  }
  const middle = (all: number[]) => all.sort((a, b) => a - b)[rounds / 2] ?? 0
  return { few: middle(took.few), many: middle(took.many) }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [server = '', few = '1000', many = '100000'] = process.argv.slice(2)
  const { figures, made } = await sizes(server, Number(few), Number(many))
  for (const { what, few: a, many: b } of figures)
    process.stdout.write(
      `${what.padEnd(34)} ${a.toFixed(2).padStart(8)} ms ${b.toFixed(2).padStart(8)} ms   ×${(b / a).toFixed(2)}\n`,
    )
  process.stdout.write(`${made.join('\n')}\n`)
}
