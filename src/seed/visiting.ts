import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { shanghaiDay } from '../lib/calendar.ts'
import { giveRound } from '../listen/rounds/store.ts'
import { teams } from './story/people.ts'
import { doorstepNotes } from './story/visits.ts'
import { chance, known, type Moment, type Tale } from './tale.ts'
import { later, minutes, type When } from './when.ts'

/** 走访: the rounds volunteers made, a few stairs of an evening; what the door grid is coloured by. */

const rounds = 28
const outcomes = [
  'met',
  'met',
  'met',
  'met',
  'met',
  'not_home',
  'not_home',
  'not_home',
  'come_again',
  'refused',
] as const

interface Round {
  building: string
  stairwell: number
  /** Volunteers walk down: the lift takes them up. */
  fromFloor: number
  toFloor: number
  volunteer: string
}

export function roundMoments(when: When): Moment[] {
  return [...walked(when), { at: when.ago(2, '09:00'), happens: (tale: Tale) => giveOut(tale, when.ago(2, '09:00')) }]
}

/** What is to be walked now: a volunteer's own upper floors, and a team's building. */
async function giveOut({ db, trx, people }: Tale, at: Date): Promise<void> {
  const team = await trx
    .selectFrom('teams')
    .select('id')
    .where('name', '=', teams[0]?.name ?? '')
    .executeTakeFirstOrThrow()
  const by = { personId: known(people, '沈洁') }
  const endsOn = shanghaiDay(later(at, minutes(12 * 24 * 60)))
  const floors = { stairwell: '', from: 10, to: 18 }
  const hers = { name: '12 号楼高层，问班车', personId: known(people, visitorOf('12')), teamId: null }
  const theirs = { name: '3 号楼补走一遍', personId: null, teamId: team.id }
  const common = { endsOn, unheard: true }
  await giveRound(db, { key: randomUUID(), ...hers, ...common, stretches: [{ building: '12', ...floors }] }, by, at)
  const whole = { building: '3', stairwell: '', from: null, to: null }
  await giveRound(db, { key: randomUUID(), ...theirs, ...common, stretches: [whole] }, by, at)
}

function walked(when: When): Moment[] {
  return Array.from({ length: rounds }, (_, i) => {
    const at = when.ago(3 + Math.round(i * 3.1), i % 3 === 0 ? '15:00' : '18:40')
    return { at, happens: (tale: Tale) => walk(tale, roundOf(i), at) }
  })
}

function roundOf(i: number): Round {
  const next = chance(`round ${i}`)
  const building = String(1 + ((i * 5) % 12))
  const fromFloor = i % 2 === 0 ? 18 : 9
  return {
    building,
    stairwell: next() < 0.5 ? 0 : 1,
    fromFloor,
    toFloor: fromFloor - 4 - Math.floor(next() * 4),
    volunteer: visitorOf(building),
  }
}

/** Who goes up those stairs: the building's leader. */
export function visitorOf(building: string): string {
  const leader = teams.flatMap(({ members }) => members).find(([, , leads]) => leads === building)
  if (!leader) throw new Error(`nobody leads building ${building}`)
  return leader[0]
}

async function walk(tale: Tale, round: Round, from: Date): Promise<void> {
  const { doors, people, community, letterbox } = tale
  const next = chance(`walk ${from.toISOString()}`)
  const visits: { household: number; at: string; outcome: (typeof outcomes)[number]; note: string | null }[] = []
  let at = from
  for (let floor = round.fromFloor; floor >= round.toFloor; floor--) {
    for (let n = 1; n <= 4; n++) {
      // Small buildings have one stairwell: their doors on a landing end at four.
      const first = doors.has(`${round.building}-${floor}05`) ? round.stairwell * 4 : 0
      const household = known(doors, `${round.building}-${floor}0${first + n}`)
      const outcome = outcomes[Math.floor(next() * outcomes.length)] as (typeof outcomes)[number]
      const words =
        outcome === 'met' && next() < 0.2 ? doorstepNotes[Math.floor(next() * doorstepNotes.length)] : undefined
      const note = words ? letterbox.vault.seal(community.id, words).toString('hex') : null
      visits.push({ household, at: at.toISOString(), outcome, note })
      at = later(at, minutes(outcome === 'met' ? 3 + next() * 5 : 1))
    }
  }
  await sql`
    with given as (
      select * from unnest(
        ${visits.map(() => randomUUID())}::uuid[], ${visits.map(({ household }) => household)}::int[],
        ${visits.map((visit) => visit.at)}::timestamptz[], ${visits.map(({ outcome }) => outcome)}::text[],
        ${visits.map(({ note }) => note)}::text[]) as g (key, household_id, at, outcome, note)),
    made as (
      insert into visits (key, household_id, volunteer_id, visited_at, outcome, note_sealed, consent_record)
      select key, household_id, ${known(people, round.volunteer)}, at, outcome, decode(note, 'hex'), outcome = 'met'
      from given order by at
      returning id, visited_at, outcome, volunteer_id)
    insert into journal (at, subject, subject_id, verb, became, person_id, particulars)
    select visited_at, 'visit', id, 'visit.logged', outcome, volunteer_id, '{"filings": 0}' from made order by id`.execute(
    tale.trx,
  )
}
