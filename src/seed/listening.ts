import { sql } from 'kysely'
import { workingDayAfter } from '../lib/calendar.ts'
import { revealContact } from '../listen/filings/contact.ts'
import { acceptFiling, mergeFiling, replyToFiler } from '../listen/filings/decisions.ts'
import { writeToDesk } from '../listen/filings/thread.ts'
import { isClosed } from '../listen/issues/rules.ts'
import { moveAtDesk } from '../listen/issues/steps.ts'
import { approveText } from '../listen/issues/texts.ts'
import { objectTo } from '../listen/mergers/objections.ts'
import { mergeIssue } from '../listen/mergers/store.ts'
import { hear, type Noted, numberOf, saidAt } from './hearing.ts'
import type { Matter, Step, Voice } from './story/kinds.ts'
import { chance, clockTime, known, type Moment, pick, type Tale } from './tale.ts'
import { later, minutes, type When } from './when.ts'

/** The desk makes matters of what was said. */

const desk = ['沈洁', '顾萍', '程浩']
/** Whose turn it is at the desk; with `other`, the turn of a second or third person. */
export function clerkFor({ people }: Tale, words: string, other = 0) {
  const name = desk[(Math.floor(chance(words)() * desk.length) + other) % desk.length] as string
  return { personId: known(people, name), chair: false }
}

/** Everything that happened to a matter on its way to a meeting, or at the desk. */
export function matterMoments(when: When, key: string, matter: Matter): Moment[] {
  const heard = matter.voices
    .map((voice, i) => ({ voice, at: saidAt(when, voice, `${key} ${i}`), noted: {} as Noted }))
    .sort((a, b) => a.at.getTime() - b.at.getTime())
  const moments: Moment[] = []
  for (const [i, { voice, at, noted }] of heard.entries()) {
    moments.push({ at, happens: async (tale) => Object.assign(noted, await hear(tale, voice, matter.place, at)) })
    const decided = when.ago(voice.ago - 1, `10:${String(10 + 4 * i)}`)
    const decide = i === 0 ? accept : merge
    moments.push({ at: decided, happens: (tale) => decide(tale, key, matter, noted, decided) })
    moments.push(...threadMoments(when, voice, noted, later(decided, minutes(70))))
  }
  if (!matter.unapproved) {
    const published = when.ago((heard[0]?.voice.ago ?? 1) - 1, '15:20')
    moments.push({ at: published, happens: (tale) => publish(tale, key, published) })
    moments.push(...supportMoments(when, key, matter, published))
  }
  if (matter.joined) moments.push(...joinedMoments(when, key, matter.joined))
  for (const step of matter.path) {
    const at = when.ago(step[1], clockTime(`${key} ${step[0]}`, 16, 17))
    moments.push({ at, happens: (tale) => deskStep(tale, key, matter, step, at) })
  }
  return moments
}

async function accept(tale: Tale, key: string, matter: Matter, noted: Noted, at: Date): Promise<void> {
  const decision = { no: await numberOf(tale, noted), seen: 'submitted' as const, clerk: clerkFor(tale, key), at }
  const issueNo = await acceptFiling(tale.db, tale.letterbox, decision, {
    title: matter.title,
    body: matter.text,
    category: matter.category,
    place: matter.place,
    buildingId: matter.building ? known(tale.buildings, matter.building) : null,
    seatId: known(tale.seats, matter.seat),
    safety: matter.safety ?? false,
    frail: matter.frail ?? false,
  })
  const { id } = await tale.trx.selectFrom('issues').select('id').where('no', '=', issueNo).executeTakeFirstOrThrow()
  tale.issues.set(key, { id, no: issueNo })
}

async function merge(tale: Tale, key: string, _matter: Matter, noted: Noted, at: Date): Promise<void> {
  const no = await numberOf(tale, noted)
  const decision = { no, seen: 'submitted' as const, clerk: clerkFor(tale, `${key} ${no}`), at }
  const words = '有邻居也说了这件事，我们放在一起办。您的原话都留着，有进展一样告诉您。'
  await mergeFiling(tale.db, tale.letterbox, decision, { issueNo: known(tale.issues, key).no, words })
}

async function publish(tale: Tale, key: string, at: Date): Promise<void> {
  const { id, no } = known(tale.issues, key)
  const text = await tale.trx
    .selectFrom('issue_texts')
    .select('id')
    .where('issue_id', '=', id)
    .executeTakeFirstOrThrow()
  const { personId } = clerkFor(tale, key, 1)
  await approveText(tale.db, no, text.id, { personId }, at)
}

/** 并案: it was put into another matter, and its neighbour may say that it is not the same. */
function joinedMoments(when: When, key: string, { into, ago, against }: NonNullable<Matter['joined']>): Moment[] {
  const at = when.ago(ago, '14:00')
  const put: Moment = {
    at,
    happens: (tale) => {
      const act = { no: known(tale.issues, key).no, clerk: clerkFor(tale, key), at }
      return mergeIssue(tale.db, tale.letterbox, act, known(tale.issues, into).no)
    },
  }
  if (!against) return [put]
  const said = later(at, minutes(200))
  const objects = async ({ trx, issues }: Tale) => {
    const { id } = known(issues, key)
    const merger = await trx.selectFrom('mergers').select('id').where('issue_id', '=', id).executeTakeFirstOrThrow()
    const filing = await trx
      .selectFrom('filings')
      .select(['id', 'no'])
      .where('issue_id', '=', id)
      .executeTakeFirstOrThrow()
    await objectTo(trx, { mergerId: merger.id, filing, words: against, at: said })
  }
  return [put, { at: said, happens: objects }]
}

const waves = 3

/** 附议 comes in over the days after a matter is made public, some each day. */
function supportMoments(when: When, key: string, matter: Matter, published: Date): Moment[] {
  const closes = matter.joined?.ago ?? matter.path.find(([to]) => isClosed(to))?.[1]
  const last = closes === undefined ? later(when.now, -minutes(30)) : when.ago(closes, '09:00')
  const span = Math.min(last.getTime() - published.getTime(), minutes(9 * 24 * 60))
  return Array.from({ length: waves }, (_, wave) => {
    const at = later(published, (span * (wave + 1)) / waves)
    return { at, happens: (tale: Tale) => support(tale, key, matter.households, { wave, at, each: span / waves }) }
  })
}

async function support(
  { trx, doors, issues }: Tale,
  key: string,
  households: number,
  { wave, at, each }: { wave: number; at: Date; each: number },
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

/** Working days a step gives whoever has it now. */
const days: Partial<Record<Step[0], number>> = { assigned: 5, in_progress: 15, referred: 15, claimed_done: 3 }

async function deskStep(tale: Tale, key: string, matter: Matter, [to, , words, target = '']: Step, at: Date) {
  const closing = isClosed(to)
  // The chair closes and takes up again; who asks the residents is not who did the work.
  const chair = { personId: known(tale.people, '吴建国'), chair: true }
  const clerk = closing || to === 'reopened' ? chair : clerkFor(tale, key, to === 'revisiting' ? 2 : 0)
  const within = days[to]
  await moveAtDesk(tale.db, tale.letterbox, {
    no: known(tale.issues, key).no,
    to,
    clerk,
    at,
    words,
    nextStep: words,
    dueOn: within === undefined ? null : workingDayAfter(at, within),
    seatId: to === 'assigned' ? known(tale.seats, matter.seat) : null,
    target,
  })
}

/** What the desk wrote to her, and she to the desk; who left a phone was called first. */
function threadMoments(when: When, voice: Voice, noted: Noted, from: Date): Moment[] {
  const latest = later(when.now, -minutes(10))
  return (voice.thread ?? []).map((words, i) => {
    const at = new Date(Math.min(later(from, minutes(150 * i)).getTime(), latest.getTime() + i))
    return {
      at,
      async happens(tale) {
        if (i % 2 === 1) return writeToDesk(tale.trx, noted.code as string, words, at)
        const act = { no: await numberOf(tale, noted), clerk: clerkFor(tale, words), at }
        if (voice.phone) await revealContact(tale.db, tale.letterbox, act, '打电话核实情况')
        return replyToFiler(tale.db, tale.letterbox, act, words)
      },
    }
  })
}
