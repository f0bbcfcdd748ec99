import { randomUUID } from 'node:crypto'
import { takeFiling } from '../listen/filings/store.ts'
import { closeGathering } from '../listen/gatherings/closing.ts'
import { noteLine } from '../listen/gatherings/notes.ts'
import { arrive } from '../listen/gatherings/signups.ts'
import { openGathering } from '../listen/gatherings/store.ts'
import { logVisit } from '../listen/visits/store.ts'
import { gatherings } from './story/gatherings.ts'
import type { Voice } from './story/kinds.ts'
import { chance, clockTime, known, type Moment, type Tale } from './tale.ts'
import { visitorOf } from './visiting.ts'
import { later, minutes, type When } from './when.ts'

/** 听: words come in by three ears. */

/** What a filing has got once it is in. */
export interface Noted {
  no?: number
  /** Said in a room: the key of its line, which becomes a filing when the gathering ends. */
  line?: string
  /** Its tracking code; what is said in a room goes without. */
  code?: string
}

const told = new Map(Object.entries(gatherings))

export function gatheringMoments(when: When): Moment[] {
  return [...told].flatMap(([key, { title, place, ago, time, by, open }]) => {
    const heldAt = when.ago(ago, time)
    const begins: Moment = {
      at: heldAt,
      async happens({ db, people, gatherings }) {
        const who = { personId: known(people, by) }
        gatherings.set(key, await openGathering(db, { title, place, heldAt }, who, heldAt))
      },
    }
    const over = later(heldAt, minutes(100))
    const ends: Moment = {
      at: over,
      happens: ({ db, letterbox, people, gatherings }) =>
        closeGathering(db, letterbox, known(gatherings, key), { personId: known(people, by) }, over),
    }
    return open ? [begins] : [begins, ends]
  })
}

/** When it was said. `words` tells one voice of a matter from another. */
export function saidAt(when: When, voice: Voice, words: string): Date {
  if (voice.gathering) {
    const { ago, time } = known(told, voice.gathering)
    return later(when.ago(ago, time), minutes(10 + Math.floor(chance(words)() * 80)))
  }
  return when.ago(voice.ago, voice.ear === 'door' ? clockTime(words, 15, 20) : clockTime(words, 8, 22))
}

/** Takes one voice in, the way it came. */
export async function hear(tale: Tale, voice: Voice, place: string, at: Date): Promise<Noted> {
  switch (voice.ear) {
    case 'bridge':
      return takeIn(tale, voice, place, at)
    case 'door':
      return hearAtDoor(tale, voice, place, at)
    case 'gather':
      return hearInRoom(tale, voice, at)
  }
}

async function takeIn(tale: Tale, voice: Voice, place: string, at: Date): Promise<Noted> {
  const householdId = voice.door ? known(tale.doors, voice.door) : null
  const filing = {
    channel: 'bridge' as const,
    words: voice.words,
    place,
    buildingId: voice.door ? known(tale.buildings, buildingOf(voice.door)) : null,
    householdId,
    surname: voice.surname ?? '',
    nameShown: voice.nameShown ?? false,
    phone: phoneOf(voice),
    locale: voice.locale ?? ('zh' as const),
    recordedBy: null,
  }
  const { no, code } = await takeFiling(tale.trx, tale.letterbox, filing, { householdId }, at)
  return { no, code }
}

async function hearAtDoor(tale: Tale, voice: Voice, place: string, at: Date): Promise<Noted> {
  const [building = '', door = ''] = (voice.door ?? '').split('-')
  const key = randomUUID()
  const phone = phoneOf(voice)
  const visit = {
    key,
    building,
    door,
    locale: 'zh' as const,
    outcome: 'met' as const,
    matters: [{ words: voice.words, place }],
    remark: '',
    consent: { record: true, call: phone !== '', publish: true },
    phone,
  }
  await logVisit(tale.db, tale.letterbox, visit, { personId: known(tale.people, visitorOf(building)) }, at)
  const { no, code_sealed } = await tale.trx
    .selectFrom('filings')
    .innerJoin('visits', 'visits.id', 'filings.visit_id')
    .where('visits.key', '=', key)
    .select(['filings.no', 'code_sealed'])
    .executeTakeFirstOrThrow()
  return { no, code: tale.letterbox.vault.open(tale.community.id, code_sealed) }
}

async function hearInRoom(tale: Tale, voice: Voice, at: Date): Promise<Noted> {
  const gathering = voice.gathering as string
  const no = known(tale.gatherings, gathering)
  const by = { personId: known(tale.people, known(told, gathering).by) }
  const key = randomUUID()
  let speaker = ''
  if (voice.door) {
    const householdId = known(tale.doors, voice.door)
    const signup = { key, householdId, name: '', phone: '', locale: 'zh' as const }
    speaker = String((await arrive(tale.db, tale.letterbox, no, { by, signup }, at)).nth)
  }
  await noteLine(tale.db, no, { key, words: voice.words, speaker }, by, at)
  return { line: key }
}

/** The number of a filing, also of one that was a line in a room when it was said. */
export async function numberOf(tale: Tale, { no, line = '' }: Noted): Promise<number> {
  if (no !== undefined) return no
  const filing = await tale.trx
    .selectFrom('gathering_lines as l')
    .innerJoin('filings as f', 'f.id', 'l.filing_id')
    .where('l.key', '=', line)
    .select('f.no')
    .executeTakeFirstOrThrow()
  return filing.no
}

const buildingOf = (door: string): string => door.split('-')[0] as string

/** A number of nobody. */
const phoneOf = ({ phone, words }: Voice): string =>
  phone ? `1990000${String(Math.floor(chance(words)() * 10_000)).padStart(4, '0')}` : ''
