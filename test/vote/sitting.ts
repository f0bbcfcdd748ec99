import type { Cast } from '../cast.ts'
import type { Town } from '../harness.ts'

type Door = keyof Cast['doors']
type Person = keyof Cast['people']

export interface Sitting {
  meetingId: number
  meetingNo: number
  itemId: number
  itemNo: number
  issueIds: number[]
  /** Another item of the same meeting, under discussion too. */
  another(): Promise<{ itemId: number; itemNo: number }>
  arrive(...doors: Door[]): Promise<void>
  leave(...doors: Door[]): Promise<void>
  /** Somebody sits down on the chair of a party, by its position 1 to 5. */
  sit(who: Person, seat: number): Promise<void>
  rise(who: Person): Promise<void>
}

let codes = 100_000

/** A meeting in session with the shuttle bus under discussion; nobody is in the room yet. */
export async function sitting({ db, cast, clock }: Town, issues = 1): Promise<Sitting> {
  const at = clock.now
  const chair = cast.people.zhou
  const by = { created_at: at, created_by: chair }
  const meeting = await db
    .insertInto('meetings')
    .values({
      ...by,
      title: '十一月五位一体会议',
      starts_at: at,
      code: String(++codes),
      noticed_at: at,
      noticed_by: chair,
      checkin_at: at,
      checkin_by: chair,
      opened_at: at,
      opened_by: chair,
      adjourned_at: null,
      adjourned_by: null,
    })
    .returning(['id', 'no'])
    .executeTakeFirstOrThrow()
  let position = 0

  const item = async () => {
    const { id, no } = await db
      .insertInto('agenda_items')
      .values({
        ...by,
        title: '班车停得太早',
        question: '同意小区班车末班延长至 23:00，试行三个月',
        withdrawn_at: null,
      })
      .returning(['id', 'no'])
      .executeTakeFirstOrThrow()
    await db
      .insertInto('running_order')
      .values({
        meeting_id: meeting.id,
        item_id: id,
        position: ++position,
        introduced_at: at,
        discussing_at: at,
        voting_at: null,
        declared_at: null,
        assigned_at: null,
        deferred_at: null,
      })
      .execute()
    return { itemId: id, itemNo: no }
  }

  const first = await item()
  const issueIds: number[] = []
  for (let i = 0; i < issues; i++) {
    const { id } = await db
      .insertInto('issues')
      .values({
        title: '班车太早停',
        category: 'transport',
        state: 'on_agenda',
        next_step: '十一月会上表决',
        building_id: null,
        seat_id: null,
        due_on: null,
        opened_at: at,
        published_at: at,
        closed_at: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    issueIds.push(id)
    await db
      .insertInto('agenda_links')
      .values({ item_id: first.itemId, issue_id: id, linked_at: at, linked_by: chair })
      .execute()
  }

  const arrival = { meeting_id: meeting.id, way: 'desk', left_at: null, recorded_by: null } as const
  return {
    meetingId: meeting.id,
    meetingNo: meeting.no,
    ...first,
    issueIds,
    another: item,
    async arrive(...doors) {
      const rows = doors.map((door) => ({ household_id: cast.doors[door], person_id: null, seat_id: null }))
      await db
        .insertInto('attendance')
        .values(rows.map((row) => ({ ...arrival, ...row, arrived_at: clock.now })))
        .execute()
    },
    async leave(...doors) {
      await db
        .updateTable('attendance')
        .set({ left_at: clock.now })
        .where('meeting_id', '=', meeting.id)
        .where(
          'household_id',
          'in',
          doors.map((door) => cast.doors[door]),
        )
        .execute()
    },
    async sit(who, seat) {
      const row = { household_id: null, person_id: cast.people[who], seat_id: cast.seats[seat - 1] ?? null }
      await db
        .insertInto('attendance')
        .values({ ...arrival, ...row, arrived_at: clock.now })
        .execute()
    },
    async rise(who) {
      await db
        .updateTable('attendance')
        .set({ left_at: clock.now })
        .where('meeting_id', '=', meeting.id)
        .where('person_id', '=', cast.people[who])
        .execute()
    },
  }
}
