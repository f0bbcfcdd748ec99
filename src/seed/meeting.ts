import { randomUUID } from 'node:crypto'
import { comeIn } from '../agenda/attendance/store.ts'
import { answerForSeat } from '../agenda/confirmations/store.ts'
import { createItem } from '../agenda/items/store.ts'
import { adjournMeeting } from '../agenda/meetings/endings.ts'
import { createMeeting, noticeMeeting, openMeeting, startCheckin } from '../agenda/meetings/store.ts'
import { recordPosting } from '../agenda/notices/store.ts'
import { saveBrief, saveOption } from '../agenda/options/store.ts'
import { deferItem, discussItem, introduceItem, placeItem, saveNotes } from '../agenda/order/store.ts'
import { comeForDoors } from './arriving.ts'
import { promiseMoments } from './keeping.ts'
import { minutesMoments } from './minuting.ts'
import type { Item, Matter, Meeting, SeatAnswer, SeatKey } from './story/kinds.ts'
import { known, type Moment, pick, type Tale } from './tale.ts'
import { declareBallot, putToTheVote } from './voting.ts'
import { days, later, minutes, type When } from './when.ts'

/** 议 决: a five-party meeting, from its first mention to the last light out. */

const desk = '孙莉'
const chair = '周敏'
const by = (tale: Tale, name: string) => ({ personId: known(tale.people, name) })

/** What the telling of one evening carries from step to step. */
interface Evening {
  meeting: Meeting
  startsAt: Date
  no: number
  items: number[]
}

export function meetingMoments(when: When, meeting: Meeting, matters: Record<string, Matter>): Moment[] {
  const startsAt = when.saturday(meeting.week)
  const evening: Evening = { meeting, startsAt, no: 0, items: [] }
  const planned = later(startsAt, -days(12) - minutes(10 * 60))
  const moments: Moment[] = [{ at: planned, happens: (tale) => plan(tale, evening, planned) }]
  for (const [i, item] of meeting.items.entries()) {
    const made = later(startsAt, -days(11) - minutes(5 * 60 - 15 * i))
    moments.push({ at: made, happens: (tale) => putOnOrder(tale, evening, item, made) })
  }
  const noticed = later(startsAt, -days(9) - minutes(180))
  const posted = later(noticed, -minutes(40))
  moments.push({ at: posted, happens: (tale) => post(tale, evening, posted) })
  moments.push({ at: noticed, happens: (tale) => noticeMeeting(tale.db, evening.no, by(tale, desk), noticed) })
  for (const [i, answer] of (meeting.answers ?? []).entries()) {
    const at = later(noticed, minutes(90 * (i + 1)))
    moments.push({ at, happens: (tale) => answerFor(tale, evening, answer, at) })
  }
  if (meeting.households > 0) moments.push(...sittingMoments(when, evening, matters))
  return moments
}

async function plan(tale: Tale, evening: Evening, at: Date): Promise<void> {
  const { meeting, startsAt } = evening
  const month = Number(later(startsAt, minutes(480)).toISOString().slice(5, 7))
  const title = `${months[month - 1]}月${meeting.title}`
  const planned = { key: randomUUID(), title, place: meeting.place, startsAt }
  evening.no = await createMeeting(tale.db, planned, by(tale, desk), at)
}

const months = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二']

async function putOnOrder(tale: Tale, evening: Evening, item: Item, at: Date): Promise<void> {
  const { title, question, background } = item
  const issues = item.matters.map((key) => known(tale.issues, key).no)
  const words = { key: randomUUID(), title, question, background, issues }
  const itemNo = await createItem(tale.db, words, by(tale, desk), at)
  evening.items.push(itemNo)
  await prepare(tale, itemNo, item, at)
  const place = { meetingNo: evening.no, itemNo, minutes: item.minutes }
  await placeItem(tale.db, tale.letterbox, place, by(tale, desk), at)
}

/** The paper hangs on both boards before anybody is told by other ways. */
async function post(tale: Tale, { no }: Evening, at: Date): Promise<void> {
  for (const place of ['南门公告栏', '北门公告栏']) {
    const posting = { key: randomUUID(), place, postedBy: '丁强', postedAt: at, buildings: [], image: null }
    await recordPosting(tale.db, no, posting, by(tale, desk), at)
  }
}

/** A party says whether it comes; the one that has not said is left out. */
async function answerFor(tale: Tale, { no }: Evening, [seat, who, instead]: SeatAnswer, at: Date): Promise<void> {
  const { personId } = by(tale, who)
  const alternateId = instead ? by(tale, instead).personId : null
  const answer = { coming: true, personId, alternateId, standIn: '' }
  await answerForSeat(tale.db, no, known(tale.seats, seat), answer, { personId }, at)
}

/** What there is to choose from, whom it touches, and what somebody who knows says. */
async function prepare(tale: Tale, no: number, { options, affected, expert }: Item, at: Date): Promise<void> {
  if (affected || expert) {
    const buildings = (affected ?? []).map((name) => known(tale.buildings, name))
    const [expertName = '', words = ''] = expert ?? []
    await saveBrief(tale.db, no, { subject: 'common', expert: words, expertName, buildings }, by(tale, desk), at)
  }
  for (const option of options ?? [])
    await saveOption(tale.db, no, { ...option, key: randomUUID() }, by(tale, desk), at)
}

function sittingMoments(when: When, evening: Evening, matters: Record<string, Matter>): Moment[] {
  const { meeting, startsAt } = evening
  const doorsOpen = later(startsAt, -minutes(30))
  const moments: Moment[] = [
    { at: doorsOpen, happens: (tale) => startCheckin(tale.db, evening.no, by(tale, desk), doorsOpen) },
    { at: doorsOpen, happens: (tale) => arrive(tale, evening, doorsOpen, matters) },
    { at: startsAt, happens: (tale) => openMeeting(tale.db, evening.no, by(tale, chair), startsAt) },
  ]
  let at = startsAt
  for (const [i, item] of meeting.items.entries()) {
    const begins = later(at, minutes(2))
    at = later(begins, minutes(item.minutes))
    moments.push(...itemMoments(evening, i, item, begins, at))
    const place = (): { meetingNo: number; itemNo: number } => ({
      meetingNo: evening.no,
      itemNo: evening.items[i] as number,
    })
    if (item.promised) moments.push(...promiseMoments(when, startsAt, at, item.promised, place))
  }
  const over = later(at, minutes(5))
  moments.push({
    at: over,
    happens: (tale) => adjournMeeting(tale.db, tale.letterbox, evening.no, by(tale, chair), over),
  })
  moments.push(...minutesMoments(when, meeting, over, () => evening.no))
  return moments
}

/** Who comes: first the doors whose words are on the table, then neighbours; and who sits for each party. */
async function arrive(
  tale: Tale,
  { meeting, no }: Evening,
  from: Date,
  matters: Record<string, Matter>,
): Promise<void> {
  const spoke = meeting.items.flatMap((item) => item.matters.flatMap((key) => matters[key]?.voices ?? []))
  const doors = new Set(spoke.flatMap(({ door }) => (door ? [known(tale.doors, door)] : [])))
  for (const id of pick(`evening ${meeting.week}`, [...tale.doors.values()], meeting.households)) doors.add(id)
  const came = [...doors].slice(0, meeting.households)
  await comeForDoors(tale.trx, no, came, { from, deskId: by(tale, desk).personId })
  for (const [seat, names] of Object.entries(meeting.seats) as [SeatKey, string[]][]) {
    for (const name of names) {
      const { personId } = by(tale, name)
      const arrival = {
        meetingNo: no,
        householdId: null,
        personId,
        seatId: known(tale.seats, seat),
        way: 'code',
      } as const
      await comeIn(tale.db, arrival, { personId }, later(from, minutes(28)))
    }
  }
}

function itemMoments(evening: Evening, i: number, item: Item, begins: Date, ends: Date): Moment[] {
  const itemNo = () => evening.items[i] as number
  const discussing = later(begins, minutes(2))
  const moments: Moment[] = [
    { at: begins, happens: (tale) => introduceItem(tale.db, evening.no, itemNo(), by(tale, chair), begins) },
    { at: discussing, happens: (tale) => discussItem(tale.db, evening.no, itemNo(), by(tale, chair), discussing) },
  ]
  const { notes, ballot: asked } = item
  if (notes) {
    const at = later(begins, minutes(4))
    const note = () => ({ meetingNo: evening.no, itemNo: itemNo(), notes })
    moments.push({ at, happens: (tale) => saveNotes(tale.db, note(), by(tale, desk), at) })
  }
  if (!asked) {
    const put = {
      at: ends,
      happens: (tale: Tale) =>
        deferItem(tale.db, tale.letterbox, { meetingNo: evening.no, itemNo: itemNo() }, by(tale, chair), ends),
    }
    return [...moments, put]
  }
  const opened = later(ends, -minutes(4))
  const closed = later(ends, -minutes(1))
  let ballotNo = 0
  moments.push({
    at: opened,
    async happens(tale) {
      const { meeting, no: meetingNo } = evening
      const { question } = item
      const putting = { meetingNo, itemNo: itemNo(), question, asked, meeting, by: by(tale, chair), opened }
      ballotNo = await putToTheVote(tale, putting)
    },
  })
  moments.push({ at: closed, happens: (tale) => declareBallot(tale, ballotNo, by(tale, chair), closed) })
  return moments
}
