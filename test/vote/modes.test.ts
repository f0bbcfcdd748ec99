import { randomUUID } from 'node:crypto'
import t from 'tap'
import { verify } from '../../src/verify.ts'
import { ballotShown, openBallotOf } from '../../src/vote/ballots/reads.ts'
import { gather, tally } from '../../src/vote/rules/counting.ts'
import { type ProxyCast, presentOrSpokenFor, standingCasts, weighMandates } from '../../src/vote/rules/proxies.ts'
import type { Cast } from '../cast.ts'
import { startTown } from '../harness.ts'
import { sitting } from './sitting.ts'

/** Evenings made up by chance, counted by the pages and, apart from them, by the rules of domain 3.6.1. */

const town = await startTown(t)
const zhou = await town.as('zhou')
const shen = await town.as('shen')
const gu = await town.as('gu')
type Door = keyof Cast['doors']
const choices = ['for', 'against', 'abstain'] as const
type Choice = (typeof choices)[number]

let seed = 20_261_130
const any = (n: number) => {
  seed = (seed * 48_271) % 2_147_483_647
  return seed % n
}
const one = <T>(of: readonly T[]): T => of[any(of.length)] as T

/** Holders are in the room; each speaks for a household that may come later. */
const holders: Record<'3-301' | '3-302', Door> = { '3-301': '3-101', '3-302': '3-102' }
const principals = Object.keys(holders) as (keyof typeof holders)[]
const others: Door[] = ['3-201', '3-202', '12-601']

async function evening() {
  const meeting = await sitting(town)
  const room = new Set<Door>([...Object.values(holders), ...others])
  await meeting.arrive(...room)
  const keys = new Map<Door, string>()
  for (const principal of principals) {
    const key = randomUUID()
    const form = { key, principal, holder: holders[principal], item: '', seenBy: '沈洁' }
    await shen.post(`/desk/meetings/${meeting.meetingNo}/mandates`, form)
    keys.set(principal, key)
  }
  const asked = { question: '同意班车延长至 23:00', rule: 'M2', abstain: 'on', tally: 'live' }
  await zhou.post(`/meetings/${meeting.meetingNo}/items/${meeting.itemNo}/ballot`, asked)
  const no = (await openBallotOf(town.db, meeting.meetingNo))?.no as number

  const begun = town.clock.now.getTime()
  const at = () => town.clock.now.getTime() - begun
  const casts: ProxyCast<Choice>[] = []
  const cast = (voter: Door, choice: Choice, way: 'own' | 'paper', holder: Door | null = null) =>
    casts.push({ id: casts.length, voter, choice, at: at(), way, holder })
  const checkins = new Map<Door, number>()
  const batches: { path: string; first: number; papers: [Door, Choice][] }[] = []

  for (let step = 0; step < 14; step++) {
    town.clock.now = new Date(town.clock.now.getTime() + 1_000)
    const choice = one(choices)
    const deed = any(8)
    if (deed < 3) {
      const door = one([...room])
      await (await town.as({ door })).post(`/ballots/${no}/votes`, { choice, key: randomUUID() })
      cast(door, choice, 'own')
    } else if (deed < 6) {
      const principal = one(principals)
      const holder = await town.as({ door: holders[principal] })
      await holder.post(`/ballots/${no}/proxies/${keys.get(principal)}`, { choice, key: randomUUID() })
      cast(principal, choice, 'own', holders[principal])
    } else if (deed === 6) {
      const principal = one(principals)
      await (await town.as({ door: principal })).post(`/meetings/${meeting.meetingNo}/attendance`, { door: 'on' })
      room.add(principal)
      if (!checkins.has(principal)) checkins.set(principal, at())
    } else {
      const first = 1 + batches.length * 10
      const doors = [...room].filter(() => any(3) === 0)
      const papers = (doors.length ? doors : [one([...room])]).map((door): [Door, Choice] => [door, one(choices)])
      const key = randomUUID()
      await shen.post(`/ballots/${no}/papers`, { key, first: String(first), last: String(first + papers.length - 1) })
      const path = `/ballots/${no}/papers/${key}`
      await shen.post(`${path}/collection`)
      batches.push({ path, first, papers })
      for (const [door, marked] of papers) cast(door, marked, 'paper')
    }
  }
  town.clock.now = new Date(town.clock.now.getTime() + 1_000)
  const closesAt = at()
  // The papers are read when all is over, the last batch first now and then.
  for (const { path, first, papers } of any(2) ? batches : batches.toReversed()) {
    for (const who of [shen, gu])
      for (const [i, [door, choice]] of papers.entries())
        await who.post(`${path}/sheets`, { sheet: String(first + i), state: 'filled', door, choice })
    const counted = await shen.post(`${path}/count`)
    if (counted.statusCode !== 303) throw new Error(counted.body.slice(0, 2_000))
  }
  await zhou.post(`/ballots/${no}/closure`)

  const standings = weighMandates(
    principals.map((principal, id) => ({
      ...{ id, principal, holder: holders[principal], written: true, registeredAt: 0 },
      ...{ ballot: null, expiresAt: null, revokedAt: null },
    })),
    { ballot: no, limit: 1, checkins },
  )
  const { counted, present } = gather(standingCasts(casts, standings, closesAt).stand, {
    ...{ repeats: 'last', closesAt, roll: new Set(Object.keys(town.cast.doors)) },
    attendance: presentOrSpokenFor(room, standings),
  })
  return { no, casts: casts.length, expected: { ...tally(counted, choices), present } }
}

t.test('thirty evenings of phones, mandates, papers and late arrivals come out as the rules say', async (t) => {
  let casts = 0
  for (let round = 0; round < 30; round++) {
    const one = await evening()
    const { numbers } = await ballotShown(town.db, one.no)
    t.match(numbers, one.expected, `evening ${round}`)
    casts += one.casts
  }
  t.ok(casts > 300, `${casts} votes`)
  const wrong = (await verify(town.house)).wrong.filter((line) => line.includes('ballot'))
  t.same(wrong, [])
})
