import { takeFiling } from '../../src/listen/filings/store.ts'
import type { Channel } from '../../src/listen/issues/rules.ts'
import type { Town } from '../harness.ts'

interface Filer {
  channel?: Channel
  words?: string
  phone?: string
  door?: keyof Town['cast']['doors']
}

interface Evening {
  question?: string
  filers?: Filer[]
  outcome?: 'passed' | 'rejected' | null
  adjourned?: boolean
}

let evenings = 0

/** An evening that got as far as a result: people spoke, an issue was made of it, a meeting voted on it. */
export async function evening(town: Town, given: Evening = {}) {
  const { question = '班车末班延到 23:00，试行三个月', filers = [{}], outcome = 'passed', adjourned = false } = given
  const at = town.clock.now
  const { zhou } = town.cast.people
  const code = String(100_000 + ++evenings)
  return town.db.transaction().execute(async (trx) => {
    const issue = await trx
      .insertInto('issues')
      .values({
        title: '小区班车末班太早',
        category: 'transport',
        state: 'decided',
        building_id: null,
        seat_id: null,
        due_on: null,
        opened_at: at,
        published_at: at,
        closed_at: null,
      })
      .returning(['id', 'no'])
      .executeTakeFirstOrThrow()
    const codes: string[] = []
    const filingIds: number[] = []
    for (const { channel = 'bridge', words = '加班回来没有班车了', phone = '', door } of filers) {
      const householdId = door ? town.cast.doors[door] : null
      const filing = await takeFiling(
        trx,
        town.letterbox,
        {
          channel,
          words,
          place: '',
          buildingId: null,
          householdId,
          surname: '王',
          nameShown: false,
          phone,
          locale: 'zh',
          recordedBy: null,
        },
        {},
        at,
      )
      await trx
        .updateTable('filings')
        .set({ state: 'accepted', issue_id: issue.id })
        .where('id', '=', filing.id)
        .execute()
      codes.push(filing.code)
      filingIds.push(filing.id)
    }
    const item = await trx
      .insertInto('agenda_items')
      .values({ title: '班车', question, created_at: at, created_by: zhou, withdrawn_at: null })
      .returning(['id', 'no'])
      .executeTakeFirstOrThrow()
    await trx
      .insertInto('agenda_links')
      .values({ item_id: item.id, issue_id: issue.id, linked_at: at, linked_by: zhou })
      .execute()
    const meeting = await trx
      .insertInto('meetings')
      .values({
        title: '十一月五位一体会议',
        starts_at: at,
        code,
        created_at: at,
        created_by: zhou,
        noticed_at: at,
        noticed_by: zhou,
        checkin_at: at,
        checkin_by: zhou,
        opened_at: at,
        opened_by: zhou,
        adjourned_at: adjourned ? at : null,
        adjourned_by: adjourned ? zhou : null,
      })
      .returning(['id', 'no'])
      .executeTakeFirstOrThrow()
    await trx
      .insertInto('running_order')
      .values({
        meeting_id: meeting.id,
        item_id: item.id,
        position: 1,
        introduced_at: at,
        discussing_at: at,
        voting_at: at,
        declared_at: outcome ? at : null,
        assigned_at: null,
        deferred_at: null,
      })
      .execute()
    await trx
      .insertInto('ballots')
      .values({
        meeting_id: meeting.id,
        item_id: item.id,
        question,
        terms: '{}',
        options: ['for', 'against', 'abstain'],
        rule: 'M1',
        electorate_kind: 'household',
        tally_shown: 'live',
        question_sha256: 'x',
        electorate_sha256: 'x',
        eligible: 12,
        opened_at: at,
        opened_by: zhou,
        closed_at: outcome ? at : null,
        closed_by: outcome ? zhou : null,
        outcome,
        reason: null,
        numbers: null,
      })
      .execute()
    const path = `/meetings/${meeting.no}/items/${item.no}/resolution`
    return { path, meeting, item, issue, codes, filingIds }
  })
}

/** The form as the chair fills it in: the property manager, a day, two steps of which the second weighs double. */
export function promiseOf(town: Town, changed: Record<string, string> = {}) {
  return {
    text: '班车末班延到 23:00，试行三个月',
    owner: ownerOf(town, 4, 'feng'),
    due: '2026-12-04',
    steps: '联系客运公司\n排好新的时刻表 ×2',
    ...changed,
  }
}

export function ownerOf(town: Town, place: number, person: keyof Town['cast']['people']): string {
  return `${town.cast.seats[place - 1]}-${town.cast.people[person]}`
}

/** The promise made, its steps done and the whole called done: where people are asked. */
export async function claimed(
  town: Town,
  filers: Filer[],
  changed: Record<string, string> = {},
  owner: 'feng' | 'wu' = 'feng',
) {
  const night = await evening(town, { filers })
  const zhou = await town.as('zhou')
  await zhou.post(night.path, promiseOf(town, { steps: '', ...changed }))
  const { no, id } = await town.db
    .selectFrom('resolutions')
    .select(['no', 'id'])
    .where('item_id', '=', night.item.id)
    .executeTakeFirstOrThrow()
  const handler = await town.as(owner)
  const reply = await handler.post(`/resolutions/${no}/claim`, { evidence: '新时刻表已贴在北门，首班末班都按它开' })
  if (reply.statusCode !== 303) throw new Error(reply.body)
  return { ...night, no, id }
}

/** What somebody would have received, newest last. */
export async function messages(town: Town): Promise<{ to: string; body: string }[]> {
  const rows = await town.db.selectFrom('outbox').select(['to_sealed', 'body']).orderBy('id').execute()
  return rows.map(({ to_sealed, body }) => ({ to: town.vault.open(town.community.id, to_sealed), body }))
}

export async function issueState(town: Town, id: number) {
  return town.db
    .selectFrom('issues')
    .select(['state', 'reopens', 'next_step', 'due_on', 'closed_at'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}

/** What a form may be sent instead of words, and must survive. */
export const hostile = {
  script: '<script>alert(1)</script>',
  fullWidth: '＜script＞alert(1)＜/script＞',
  emoji: '👨‍👩‍👧‍👦🎉 修好了',
  attribute: '"><img src=x onerror=alert(1)> hx-post="/leave"',
} as const
export const unreadable = { nul: 'a\u0000b', bidi: 'a\u202eb' } as const
