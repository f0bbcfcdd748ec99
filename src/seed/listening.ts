import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { workingDayAfter } from '../lib/calendar.ts'
import { type By, journal } from '../lib/journal.ts'
import {
  acceptFiling,
  askFiler,
  declineFiling,
  mergeFiling,
  referFiling,
  replyToFiler,
  revealContact,
} from '../listen/filings/decisions.ts'
import type { FilingState } from '../listen/filings/rules.ts'
import { takeFiling } from '../listen/filings/store.ts'
import { withdrawFiling, writeToDesk } from '../listen/filings/thread.ts'
import { isClosed } from '../listen/issues/rules.ts'
import { moveAtDesk } from '../listen/issues/steps.ts'
import { approveText } from '../listen/issues/texts.ts'
import { gatherings } from './story/gatherings.ts'
import type { Matter, Step, Voice } from './story/kinds.ts'
import { type Waiting, waiting } from './story/waiting.ts'
import { chance, clockTime, known, type Moment, pick, type Tale } from './tale.ts'
import { visitorOf } from './visiting.ts'
import { later, minutes, type When } from './when.ts'

/** 听: words come in by three ears, the desk makes matters of them. */

const desk = ['沈洁', '顾萍', '程浩']
/** Whose turn it is; with `other`, a second person's. */
const clerkFor = (words: string, other = 0): string =>
  desk[(Math.floor(chance(words)() * desk.length) + other) % desk.length] as string
const clerk = (tale: Tale, name: string) => ({ personId: known(tale.people, name), chair: false })

export function gatheringMoments(when: When): Moment[] {
  return Object.entries(gatherings).flatMap(([key, told]) => {
    const held = when.ago(told.ago, told.time)
    const called = later(held, -minutes(60 * 30))
    const called_by = (tale: Tale) => known(tale.people, told.by)
    const happens: Moment[] = [
      {
        at: called,
        async happens(tale) {
          const row = await tale.trx
            .insertInto('gatherings')
            .values({
              title: told.title,
              place: told.place,
              held_at: held,
              created_by: called_by(tale),
              created_at: called,
              closed_at: null,
              closed_by: null,
            })
            .returning(['id', 'no'])
            .executeTakeFirstOrThrow()
          tale.gatherings.set(key, row)
          await journal(tale.trx, {
            subject: { kind: 'gathering', ...row },
            verb: 'gathering.planned',
            by: { personId: called_by(tale) },
            at: called,
          })
        },
      },
    ]
    if (told.open) return happens
    const closed = later(held, minutes(100))
    happens.push({
      at: closed,
      async happens(tale) {
        const { id, no } = known(tale.gatherings, key)
        await tale.trx
          .updateTable('gatherings')
          .set({ closed_at: closed, closed_by: called_by(tale) })
          .where('id', '=', id)
          .execute()
        await journal(tale.trx, {
          subject: { kind: 'gathering', id, no },
          verb: 'gathering.closed',
          by: { personId: called_by(tale) },
          at: closed,
        })
      },
    })
    return happens
  })
}

/** Everything that happened to a matter on its way to a meeting, or at the desk. */
export function matterMoments(when: When, key: string, matter: Matter): Moment[] {
  const heard = matter.voices
    .map((voice, i) => ({ voice, at: saidAt(when, voice, `${key} ${i}`), noted: {} as Noted }))
    .sort((a, b) => a.at.getTime() - b.at.getTime())
  const moments: Moment[] = []
  for (const [i, { voice, at, noted }] of heard.entries()) {
    moments.push({ at, happens: (tale) => hear(tale, voice, matter, at, noted) })
    const decided = when.ago(daysAgo(voice) - 1, `10:${String(10 + 4 * i)}`)
    moments.push({
      at: decided,
      happens: (tale) => (i === 0 ? accept(tale, key, matter, noted, decided) : merge(tale, key, noted, decided)),
    })
    moments.push(...threadMoments(when, voice, noted, later(decided, minutes(70))))
  }
  const opened = when.ago(daysAgo((heard[0] as (typeof heard)[0]).voice) - 1, '15:20')
  if (!matter.unapproved) {
    moments.push({ at: opened, happens: (tale) => publish(tale, key, opened) })
    moments.push(...supportMoments(when, key, matter, opened))
  }
  for (const step of matter.path) {
    const at = when.ago(step[1], clockTime(`${key} ${step[0]}`, 16, 17))
    moments.push({ at, happens: (tale) => deskStep(tale, key, matter, step, at) })
  }
  return moments
}

const daysAgo = (voice: Voice): number => (voice.gathering ? known(told, voice.gathering).ago : voice.ago)
const told = new Map(Object.entries(gatherings))

function saidAt(when: When, voice: Voice, words: string): Date {
  if (voice.gathering) {
    const { ago, time } = known(told, voice.gathering)
    return later(when.ago(ago, time), minutes(10 + Math.floor(chance(words)() * 80)))
  }
  return when.ago(voice.ago, voice.ear === 'door' ? clockTime(words, 15, 20) : clockTime(words, 8, 22))
}

/** What a filing has got by the time the desk looks at it. */
interface Noted {
  no?: number
  code?: string
}

async function hear(tale: Tale, voice: Voice, where: { place: string; building?: string }, at: Date, noted: Noted) {
  const { trx, people, doors, buildings } = tale
  const householdId = voice.door ? known(doors, voice.door) : null
  const building = where.building ?? null
  let recordedBy: number | null = null
  let visitId: number | undefined
  if (voice.ear === 'door') {
    recordedBy = known(people, visitorOf((voice.door as string).split('-')[0] as string))
    visitId = await visit(tale, householdId as number, recordedBy, at)
  }
  const gathering = voice.gathering ? known(tale.gatherings, voice.gathering) : null
  if (voice.gathering) recordedBy = known(people, known(told, voice.gathering).by)
  const by: By = recordedBy === null ? { householdId } : { personId: recordedBy }
  const filing = await takeFiling(
    trx,
    tale.letterbox,
    {
      channel: voice.ear,
      words: voice.words,
      place: where.place,
      buildingId: building ? known(buildings, building) : null,
      householdId,
      surname: voice.surname ?? '',
      nameShown: voice.nameShown ?? false,
      phone: '', // noted at the end (notePhones)
      locale: voice.locale ?? 'zh',
      ...(visitId !== undefined && { visitId }),
      ...(gathering && { gatheringId: gathering.id }),
      recordedBy,
    },
    by,
    at,
  )
  noted.no = filing.no
  if (voice.phone) tale.phones.set(filing.no, phoneOf(voice.words))
  noted.code = filing.code
}

/** A number no network has given to anybody. */
const phoneOf = (words: string): string => `1990000${String(Math.floor(chance(words)() * 10_000)).padStart(4, '0')}`

async function visit(tale: Tale, householdId: number, volunteerId: number, at: Date): Promise<number> {
  const { id } = await tale.trx
    .insertInto('visits')
    .values({
      key: randomUUID(),
      household_id: householdId,
      volunteer_id: volunteerId,
      visited_at: at,
      outcome: 'met',
      note_sealed: null,
      consent_record: true,
      consent_call: true,
      consent_publish: true,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await journal(tale.trx, { subject: { kind: 'visit', id }, verb: 'visit.logged', became: 'met', by: { personId: volunteerId }, at })
  return id
}

async function accept(tale: Tale, key: string, matter: Matter, noted: Noted, at: Date): Promise<void> {
  const { db, letterbox, buildings, seats } = tale
  const no = await acceptFiling(
    db,
    letterbox,
    { no: noted.no as number, seen: 'submitted', clerk: clerk(tale, clerkFor(key)), at },
    {
      title: matter.title,
      body: matter.text,
      category: matter.category,
      place: matter.place,
      buildingId: matter.building ? known(buildings, matter.building) : null,
      seatId: known(seats, matter.seat),
      safety: matter.safety ?? false,
      frail: matter.frail ?? false,
    },
  )
  const { id } = await tale.trx.selectFrom('issues').select('id').where('no', '=', no).executeTakeFirstOrThrow()
  tale.issues.set(key, { id, no })
}

async function merge(tale: Tale, key: string, noted: Noted, at: Date): Promise<void> {
  await mergeFiling(
    tale.db,
    tale.letterbox,
    { no: noted.no as number, seen: 'submitted', clerk: clerk(tale, clerkFor(`${key} ${noted.no}`)), at },
    { issueNo: known(tale.issues, key).no, words: together },
  )
}

const together = '有邻居也说了这件事，我们放在一起办。您的原话都留着，有进展一样告诉您。'

async function publish(tale: Tale, key: string, at: Date): Promise<void> {
  const { id, no } = known(tale.issues, key)
  const text = await tale.trx
    .selectFrom('issue_texts')
    .select('id')
    .where('issue_id', '=', id)
    .executeTakeFirstOrThrow()
  await approveText(tale.db, no, text.id, { personId: known(tale.people, clerkFor(key, 1)) }, at)
}

/** 附议 comes in over the days after a matter is made public, some each day. */
function supportMoments(when: When, key: string, matter: Matter, published: Date): Moment[] {
  const closes = matter.path.find(([to]) => isClosed(to))
  const last = closes ? when.ago(closes[1], '09:00') : later(when.now, -minutes(30))
  const span = Math.min(last.getTime() - published.getTime(), minutes(9 * 24 * 60))
  const waves = 3
  return Array.from({ length: waves }, (_, wave) => {
    const at = later(published, (span * (wave + 1)) / waves)
    return { at, happens: (tale: Tale) => support(tale, key, matter.households, { wave, waves, at, each: span / waves }) }
  })
}

async function support(
  { trx, doors, issues }: Tale,
  key: string,
  households: number,
  { wave, waves, at, each }: { wave: number; waves: number; at: Date; each: number },
): Promise<void> {
  const who = pick(key, [...doors.values()], households).filter((_, i) => i % waves === wave)
  if (who.length === 0) return
  const { id } = known(issues, key)
  const next = chance(`${key} ${wave}`)
  const times = who.map(() => later(at, -next() * each).toISOString()).sort()
  await sql`
    with given as (select * from unnest(${who}::int[], ${times}::timestamptz[]) as g (household_id, at)),
    said as (insert into supports (issue_id, household_id, at) select ${id}, household_id, at from given)
    insert into journal (at, subject, subject_id, verb, household_id)
    select at, 'issue', ${id}, 'issue.supported', household_id from given order by at`.execute(trx)
}

async function deskStep(tale: Tale, key: string, matter: Matter, [to, , words, target = '']: Step, at: Date) {
  const closing = isClosed(to)
  const chair = closing || to === 'reopened'
  const who = chair ? known(tale.people, '吴建国') : known(tale.people, clerkFor(key, to === 'revisiting' ? 2 : 0))
  const days = { assigned: 5, in_progress: 15, referred: 15, claimed_done: 3 }[to as string]
  await moveAtDesk(tale.db, tale.letterbox, {
    no: known(tale.issues, key).no,
    to,
    clerk: { personId: who, chair },
    at,
    words,
    nextStep: closing ? '' : words,
    dueOn: days === undefined ? null : workingDayAfter(at, days),
    seatId: to === 'assigned' ? known(tale.seats, matter.seat) : null,
    target,
  })
}

/** What the desk wrote to her, and she to the desk. */
function threadMoments(when: When, voice: Voice, noted: Noted, from: Date): Moment[] {
  return (voice.thread ?? []).map((words, i) => {
    const at = new Date(Math.min(later(from, minutes(150 * i)).getTime(), later(when.now, -minutes(5)).getTime()))
    return {
      at,
      async happens(tale) {
        if (i % 2 === 1) return writeToDesk(tale.trx, noted.code as string, words, at)
        const name = clerkFor(words)
        return replyToFiler(tale.db, tale.letterbox, { no: noted.no as number, clerk: clerk(tale, name), at }, words)
      },
    }
  })
}

/**
 * Who left a phone. Noted when the story is told: along the way nobody gets a message today about what is long past.
 * Some were called back, and each look at a number left its line.
 */
export async function notePhones({ trx, db, letterbox, community, phones, people, when }: Tale): Promise<void> {
  const sealed = [...phones.values()].map((phone) => letterbox.vault.seal(community.id, phone).toString('hex'))
  await sql`
    update filings set phone_sealed = decode(g.phone, 'hex')
    from unnest(${[...phones.keys()]}::int[], ${sealed}::text[]) as g (no, phone) where filings.no = g.no`.execute(trx)
  for (const no of pick('looks', [...phones.keys()], 6)) {
    const act = { no, clerk: { personId: known(people, clerkFor(`look ${no}`)), chair: false }, at: when.ago(2, '14:00') }
    await revealContact(db, letterbox, act, '打电话核实情况')
  }
}

/** What lies on the desk, and what the desk said no to or sent elsewhere. */
export function waitingMoments(when: When): Moment[] {
  return waiting.flatMap((told, i) => {
    const noted: Noted = {}
    const at = cameIn(when, told, i)
    const moments: Moment[] = [{ at, happens: (tale) => hear(tale, told, told, at, noted) }]
    const decided = when.ago(told.ago - 1, '11:00')
    if (told.state !== 'submitted')
      moments.push({ at: decided, happens: (tale) => settle(tale, told, noted, decided) })
    const answer = told.thread?.[1]
    if (answer) {
      const answered = later(decided, minutes(300))
      moments.push({ at: answered, happens: (tale) => writeToDesk(tale.trx, noted.code as string, answer, answered) })
    }
    return moments
  })
}

function cameIn(when: When, told: Waiting, i: number): Date {
  if (told.when === 'overdue') return when.justOverdue('16:10')
  return told.when === undefined ? when.ago(told.ago, clockTime(`waiting ${i}`, 9, 16)) : when.hoursAgo(told.when)
}

async function settle(tale: Tale, told: Waiting, noted: Noted, at: Date): Promise<void> {
  const seen: FilingState = 'submitted'
  const decision = { no: noted.no as number, seen, clerk: clerk(tale, clerkFor(told.words)), at }
  const words = told.thread?.[0] ?? ''
  const { db, letterbox } = tale
  switch (told.state) {
    case 'need_info':
      return askFiler(db, letterbox, decision, words)
    case 'declined':
      return declineFiling(db, letterbox, decision, { reason: told.reason as string, words })
    case 'referred':
      return referFiling(db, letterbox, decision, { target: told.referredTo as string, words })
    case 'withdrawn':
      return withdrawFiling(tale.trx, noted.code as string, at)
  }
}
