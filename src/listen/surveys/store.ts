import type { Db, Trx } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { questionsIn } from './reads.ts'
import { reckonNow } from './reckoning.ts'
import { type audiences, stateOf, whyNotEdit, whyNotOpen } from './rules.ts'

export interface Head {
  title: string
  why: string
  closesAt: Date
  audience: (typeof audiences)[number]
  /** Ids of this community's buildings, for `buildings`. */
  buildings: readonly number[]
}

/** Draws up a survey and gives its number; nobody is asked yet. The same form twice is one survey. */
export async function drawUp(db: Db, { key, ...head }: Head & { key: string }, by: By, at: Date): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .insertInto('surveys')
      .values({ key, ...columnsOf(head), created_by: author(by), created_at: at })
      .onConflict((oc) => oc.columns(['community_id', 'key']).doNothing())
      .returning(['id', 'no'])
      .executeTakeFirst()
    if (!row) return (await trx.selectFrom('surveys').select('no').where('key', '=', key).executeTakeFirstOrThrow()).no
    await invite(trx, row.id, head)
    const { title } = head
    await journal(trx, { subject: { kind: 'survey', ...row }, verb: 'survey.drawn', by, at, particulars: { title } })
    return row.no
  })
}

/** Changes what stands above the questions, while it is a draft. */
export async function editSurvey(db: Db, no: number, head: Head, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const survey = await draft(trx, no)
    await trx.updateTable('surveys').set(columnsOf(head)).where('id', '=', survey.id).execute()
    await invite(trx, survey.id, head)
    const subject = { kind: 'survey' as const, id: survey.id, no }
    await journal(trx, { subject, verb: 'survey.edited', by, at, particulars: { title: head.title } })
  })
}

export interface Quotas {
  /** Building id → households wanted; null: no quota. */
  wanted: ReadonlyMap<number, number | null>
  stop: boolean
}

/** How many households of each building are wanted, and whether a full building takes nobody new. */
export async function setQuotas(db: Db, no: number, { wanted, stop }: Quotas, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const survey = await draft(trx, no)
    await trx.updateTable('surveys').set({ stop_at_quota: stop }).where('id', '=', survey.id).execute()
    const known = await trx.selectFrom('buildings').select('id').execute()
    for (const { id } of known.filter((building) => wanted.has(building.id))) {
      const quota = wanted.get(id) ?? null
      await trx
        .insertInto('survey_buildings')
        .values({ survey_id: survey.id, building_id: id, invited: false, wanted: quota })
        .onConflict((oc) => oc.columns(['community_id', 'survey_id', 'building_id']).doUpdateSet({ wanted: quota }))
        .execute()
    }
    await journal(trx, { subject: { kind: 'survey', id: survey.id, no }, verb: 'survey.quotas', by, at })
  })
}

/** Asks people. From here on the questions stay as they are; pressed twice it is opened once. */
export async function openSurvey(db: Db, no: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const survey = await lock(trx, no)
    if (survey.opened_at) return
    const questions = await questionsIn(trx, survey.id)
    refuseIf(whyNotOpen(questions, survey.closes_at, at))
    const opened = { opened_at: at, opened_by: author(by) }
    await trx.updateTable('surveys').set(opened).where('id', '=', survey.id).execute()
    const particulars = { title: survey.title, questions: questions.length }
    await journal(trx, { subject: { kind: 'survey', id: survey.id, no }, verb: 'survey.opened', by, at, particulars })
  })
}

/** Ends it before its day, and reckons what it came to. Whoever is answering this moment is waited for. */
export async function closeSurvey(db: Db, no: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const survey = await lock(trx, no)
    const state = stateOf(survey, at)
    if (state === 'draft') throw new Refusal('surveys.notOpen')
    if (state === 'closed') return
    const closed = { closed_at: at, closed_by: author(by) }
    await trx.updateTable('surveys').set(closed).where('id', '=', survey.id).execute()
    await reckonNow(trx, survey.id, at)
    await journal(trx, { subject: { kind: 'survey', id: survey.id, no }, verb: 'survey.closed', by, at })
  })
}

/** The row of a survey whose questions may still be changed; whoever else works on it waits. */
export async function draft(trx: Trx, no: number) {
  const survey = await lock(trx, no)
  refuseIf(whyNotEdit(survey))
  return survey
}

function lock(trx: Trx, no: number) {
  return trx
    .selectFrom('surveys')
    .select(['id', 'title', 'opened_at', 'closes_at', 'closed_at'])
    .where('no', '=', no)
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
}

const columnsOf = ({ title, why, closesAt, audience }: Head) => ({ title, why, closes_at: closesAt, audience })

async function invite(trx: Trx, surveyId: number, { audience, buildings }: Head): Promise<void> {
  await trx.updateTable('survey_buildings').set({ invited: false }).where('survey_id', '=', surveyId).execute()
  if (audience !== 'buildings' || buildings.length === 0) return
  await trx
    .insertInto('survey_buildings')
    .values(buildings.map((id) => ({ survey_id: surveyId, building_id: id, invited: true, wanted: null })))
    .onConflict((oc) => oc.columns(['community_id', 'survey_id', 'building_id']).doUpdateSet({ invited: true }))
    .execute()
}
