import { comeIn } from '../../src/agenda/attendance/store.ts'
import { createItem } from '../../src/agenda/items/store.ts'
import { createMeeting, noticeMeeting, openMeeting, startCheckin } from '../../src/agenda/meetings/store.ts'
import { recordPosting } from '../../src/agenda/notices/store.ts'
import { placeItem } from '../../src/agenda/order/store.ts'
import { takeFiling } from '../../src/listen/filings/store.ts'
import type { Channel, IssueState } from '../../src/listen/issues/rules.ts'
import type { Town } from '../harness.ts'

/** What the tests of this stage build on: issues in the pool, items, meetings brought as far as a test needs them. */

interface Heard {
  channel?: Channel
  door?: keyof Town['cast']['doors']
  phone?: string
  locale?: 'zh' | 'en'
}

interface Told {
  title?: string
  state?: IssueState
  daysAgo?: number
  reopens?: number
  safety?: boolean
  frail?: boolean
  published?: boolean
  filings?: Heard[]
  supports?: (keyof Town['cast']['doors'])[]
}

/** An issue as the desk leaves it when it takes it to a meeting. Gives its number. */
export async function tellIssue(town: Town, told: Told = {}): Promise<number> {
  const at = town.clock.now
  return town.db.transaction().execute(async (trx) => {
    const { id, no } = await trx
      .insertInto('issues')
      .values({
        title: told.title ?? '末班车太早',
        public_text: '晚上加班回来，最后一班车已经开走了。',
        category: 'transport',
        state: told.state ?? 'pooled',
        safety: told.safety ?? false,
        frail: told.frail ?? false,
        reopens: told.reopens ?? 0,
        building_id: null,
        seat_id: null,
        due_on: null,
        opened_at: new Date(at.getTime() - (told.daysAgo ?? 0) * 86_400_000),
        published_at: told.published === false ? null : at,
        closed_at: null,
      })
      .returning(['id', 'no'])
      .executeTakeFirstOrThrow()
    for (const heard of told.filings ?? []) {
      const filing = {
        channel: heard.channel ?? ('bridge' as const),
        words: '末班车能不能晚一点',
        place: '',
        buildingId: null,
        householdId: heard.door ? town.cast.doors[heard.door] : null,
        surname: '',
        nameShown: false,
        phone: heard.phone ?? '',
        locale: heard.locale ?? ('zh' as const),
        recordedBy: null,
      }
      const taken = await takeFiling(trx, town.letterbox, filing, {}, at)
      await trx.updateTable('filings').set({ issue_id: id, state: 'accepted' }).where('id', '=', taken.id).execute()
    }
    for (const door of told.supports ?? [])
      await trx.insertInto('supports').values({ issue_id: id, household_id: town.cast.doors[door], at }).execute()
    return no
  })
}

/** An item made of issues. Gives its number. */
export async function makeItem(town: Town, issues: number[], title = '末班车延时'): Promise<number> {
  const item = { key: crypto.randomUUID(), issues, title, question: '同意末班车延到二十三点，试三个月', background: '' }
  return createItem(town.db, item, { personId: town.cast.people.shen }, town.clock.now)
}

const evening = new Date('2026-11-26T19:00:00+08:00')

/** The notice of a meeting hangs on the board; of those who ask for more, at every building. */
export async function postNotice(town: Town, meetingNo: number): Promise<void> {
  const by = { personId: town.cast.people.shen }
  const where = { place: '南门公告栏', buildings: Object.values(town.cast.buildings), image: null }
  const posting = {
    key: crypto.randomUUID(),
    postedBy: '李阿姨',
    postedAt: new Date('2026-11-18T10:00:00+08:00'),
    ...where,
  }
  await recordPosting(town.db, meetingNo, posting, by, town.clock.now)
}

/**
 * A meeting with these items on it, brought so far: 0 draft, 1 noticed, 2 check-in, 3 in session. Its notice hangs, and
 * people were told of it early enough. Gives its number.
 */
export async function holdMeeting(
  town: Town,
  items: number[],
  upTo: 0 | 1 | 2 | 3,
  kind = 'five_party',
): Promise<number> {
  const chair = { personId: town.cast.people.zhou }
  const at = town.clock.now
  const plan = { key: crypto.randomUUID(), kind, title: '十一月五位一体会议', place: '居委会二楼', startsAt: evening }
  const meetingNo = await createMeeting(town.db, plan, chair, at)
  for (const itemNo of items) await placeItem(town.db, town.letterbox, { meetingNo, itemNo, minutes: 15 }, chair, at)
  await postNotice(town, meetingNo)
  if (upTo > 0) await noticeMeeting(town.db, meetingNo, chair, new Date(at.getTime() - 16 * 86_400_000))
  if (upTo > 1) await startCheckin(town.db, meetingNo, chair, at)
  if (upTo > 2) await openFor(town, meetingNo, () => openMeeting(town.db, meetingNo, chair, at))
  return meetingNo
}

/** Four parties sit down and every door is in: enough to open any kind of meeting. */
export async function gather(town: Town, meetingNo: number): Promise<void> {
  const { people, seats, doors } = town.cast
  const came = { meetingNo, way: 'desk', householdId: null, personId: null, seatId: null } as const
  const by = { personId: people.shen }
  for (const [i, personId] of [people.zhou, people.wu, people.qian, people.feng].entries())
    await comeIn(town.db, { ...came, personId, seatId: seats[i] ?? null }, by, town.clock.now)
  for (const householdId of Object.values(doors)) await comeIn(town.db, { ...came, householdId }, by, town.clock.now)
}

/** Opens a meeting before a full room, and leaves the room to the test: who is in it afterwards, it says itself. */
export async function openFor<R>(town: Town, meetingNo: number, open: () => Promise<R>): Promise<R> {
  await gather(town, meetingNo)
  const opened = await open()
  await town.db
    .deleteFrom('attendance')
    .where('meeting_id', 'in', (eb) => eb.selectFrom('meetings').where('no', '=', meetingNo).select('id'))
    .execute()
  return opened
}

/** Those who were told of a draft have had their days of notice. */
export async function letDaysPass(town: Town, meetingNo: number): Promise<void> {
  const then = new Date(town.clock.now.getTime() - 16 * 86_400_000)
  await town.db.updateTable('meetings').set({ lead_from: then }).where('no', '=', meetingNo).execute()
}

export async function issueState(town: Town, no: number): Promise<string> {
  const { state } = await town.db.selectFrom('issues').where('no', '=', no).select('state').executeTakeFirstOrThrow()
  return state
}

/** What the journal says of a subject, oldest first. */
export async function lines(town: Town, subject: 'issue' | 'item' | 'meeting', table: string, no: number) {
  const { id } = await town.db
    .selectFrom(table as 'meetings')
    .where('no', '=', no)
    .select('id')
    .executeTakeFirstOrThrow()
  return town.db
    .selectFrom('journal')
    .where('subject', '=', subject)
    .where('subject_id', '=', id)
    .select(['verb', 'was', 'became', 'person_id', 'household_id', 'particulars'])
    .orderBy('id')
    .execute()
}

/** What people type to break a form; each must be refused kindly or shown as plain text. */
export const hostile = {
  script: '<script>alert(1)</script>',
  fullWidth: '＜script＞alert(1)＜/script＞',
  emoji: '👩‍👩‍👧‍👦 末班车 🚌',
  nul: '末班车\u0000',
  bidi: '末班车\u202e',
  half: '末班车\ud83d',
  blank: ' \n\u3000 ',
  long: '长'.repeat(5_000),
}
