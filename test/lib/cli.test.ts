import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { settle } from '../cast.ts'
import { onServer } from '../harness.ts'
import { type Env, freshEnv, inHouse, runToEnd, spawnHouse } from './spawned.ts'

const env = await freshEnv(t)
await inHouse(env, (house) => settle(house, new Date()))
const wutong = (...args: string[]) => runToEnd('cli.ts', args, env)

t.test('a line nobody can make sense of is answered with what can be said', async (t) => {
  for (const args of [[], ['dance'], ['admin', 'sign-in'], ['admin', 'import', 'wutongli'], ['routes', '--yaml']]) {
    const { code, out, err } = await wutong(...args)
    t.equal(code, 64, args.join(' '))
    t.equal(out, '')
    t.match(err, 'npm run admin -- sign-in <who>')
  }
  t.match((await wutong('help')).out, 'npx wutong verify')
})

t.test('the route table says of each route who may call it and what it takes', async (t) => {
  const { code, out } = await wutong('routes', '--json')
  t.equal(code, 0)
  const table = JSON.parse(out) as Record<string, unknown>[]
  const line = (method: string, path: string) => table.find((one) => one.method === method && one.path === path)
  t.match(line('GET', '/healthz'), { who: 'anyone', tenant: false, params: [], body: null })
  t.match(line('POST', '/c/:slug/enter/:token'), { tenant: true, params: ['slug', 'token'], perMinute: 60 })
  t.match(line('POST', '/c/:slug/ballots/:no/votes')?.body, { type: 'object', required: ['key'] })
  t.match(line('GET', '/c/:slug/live'), { socket: true })
  t.equal(new Set(table.map(({ method, path }) => `${method} ${path}`)).size, table.length, 'each once')
})

t.test('a person gets her link, whether or not the program runs', async (t) => {
  const asked = async (env: Env) => {
    const { code, out } = await runToEnd('cli.ts', ['admin', 'sign-in', '沈洁'], env)
    t.equal(code, 0)
    return /^梧桐里居民区 {2}沈洁 \(社工\) {2}(\S+)$/m.exec(out)?.[1] ?? ''
  }
  t.match(
    await asked({ ...env, PUBLIC_ORIGIN: 'https://wt.example.cn' }),
    /^https:\/\/wt\.example\.cn\/c\/wutongli\/enter\/[\w-]{43}$/,
  )
  const nobody = await wutong('admin', 'sign-in', '无名氏')
  t.equal(nobody.code, 1)
  t.match(nobody.err, 'Nobody called 无名氏')

  const running = await spawnHouse(t, env)
  const page = await fetch(await asked({ ...env, PUBLIC_ORIGIN: running.origin }))
  t.equal(page.status, 200)
  t.match(await page.text(), '沈洁')
  t.equal((await running.stop('SIGTERM')).code, 0)
})

t.test('a door register is brought in, and each line that is refused says why', async (t) => {
  const path = join(env.DATA_DIR ?? '', '登记册.csv')
  writeFileSync(path, '楼栋,楼层,室号,面积\n7,1,101,88.50\n7,1,102,很大\n12,6,602,89.50\n12,6,601,90\n')
  const { code, out, err } = await wutong('admin', 'import', 'wutongli', path)
  t.equal(code, 1, 'not all of it was taken')
  t.match(out + err, '1 doors added, 0 changed, 1 as they were.')
  t.match(out + err, /^line 3: .+ \(7,1,102,很大\)$/m)
  t.match(out + err, 'line 5: 12-601 has 89.50 m² in the register and 90.00 m² here; left as it is.')
  const doors = await inHouse(env, async (house) => {
    const rows = await house.db.selectFrom('households').select(['door', 'area']).where('door', '=', '101').execute()
    return rows.filter((row) => row.area === 8_850).length
  })
  t.equal(doors, 1)
  const elsewhere = await wutong('admin', 'import', 'elsewhere', path)
  t.equal(elsewhere.code, 1)
  t.match(elsewhere.err, 'There is no community elsewhere.')
  const missing = await wutong('admin', 'import', 'wutongli', `${path}.gone`)
  t.equal(missing.code, 66)
  t.match(missing.err, /Cannot read .*登记册\.csv\.gone/)
})

t.test('verify ends with 0 where all agrees and with 1 where it does not', async (t) => {
  const right = await wutong('verify')
  t.equal(right.code, 0)
  t.match(right.out, /^wutongli: 0 closed ballots .*\n(.*\n)*All of it agrees\.$/m)
  await inHouse(env, async (house) => {
    const [{ id } = { id: 0 }] = await house.db.selectFrom('communities').select('id').execute()
    const issue = { title: '路灯不亮', category: 'light', state: 'accepted', opened_at: new Date() } as const
    const rest = { building_id: null, seat_id: null, due_on: null, published_at: null, closed_at: null }
    await house
      .of(id)
      .insertInto('issues')
      .values({ ...issue, ...rest })
      .execute()
  })
  const wrong = await wutong('verify')
  t.equal(wrong.code, 1)
  t.match(wrong.err, 'wutongli: issue 1: is accepted, the journal says nothing of it')
})

t.test('a seeded house gives scripts their ways in, and agrees with itself', async (t) => {
  const env = await freshEnv(t)
  const path = join(env.DATA_DIR ?? '', 'out.json')
  const plan = ['--profile', 'load', '--communities', '2', '--households', '24', '--issues', '6', '--seats', '2']
  const { code, out } = await runToEnd('cli.ts', ['seed', ...plan, '--json', path], env)
  t.equal(code, 0)
  t.match(out, /^ {2}chair +http:\/\/localhost:\d+\/c\/load-1\/enter\/[\w-]{43}$/m)
  const { profile, communities } = JSON.parse(readFileSync(path, 'utf8'))
  t.equal(profile, 'load')
  t.equal(communities.length, 2)
  const [first] = communities
  t.match(first, { slug: 'load-1', name: { zh: /\p{Script=Han}/u, en: String }, home: String, issues: [Number] })
  t.match(first.entrances.chair, { cookie: /^wt\d+=[\w-]{43}$/, link: /\/enter\/[\w-]{43}$/ })
  t.equal(first.doors.length, 2)
  for (const wrong of [['--profile', 'rich'], ['--profile', 'demo', '--seats', 'many'], []])
    t.equal((await runToEnd('cli.ts', ['seed', ...wrong], env)).code, 64)

  const verified = await runToEnd('cli.ts', ['verify'], env)
  t.equal(verified.code, 0, verified.err)
  const house = await spawnHouse(t, env)
  const { origin } = house
  const page = (cookie: string) =>
    fetch(`${origin}/c/load-1/meetings/${first.meeting.no}/chair`, { headers: { cookie } })
  t.equal((await page(first.entrances.chair.cookie)).status, 200, 'the cookie opens the chair’s page')
  t.equal((await page('')).status, 403)
  t.equal((await house.stop('SIGTERM')).code, 0)
})

t.test('verify looks and changes nothing', { skip: onServer && 'an empty folder is the embedded case' }, async (t) => {
  const { DATABASE_URL: _, ...empty } = await freshEnv(t)
  const { code, err } = await runToEnd('cli.ts', ['verify'], { ...empty, DATA_DIR: `${empty.DATA_DIR}/new` })
  t.equal(code, 1)
  t.match(err, /has not been brought up to date .*start the program once/)
})
