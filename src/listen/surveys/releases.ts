import type { Db } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { findPersonal } from '../privacy/rules.ts'
import { whyNotRelease } from './rules.ts'

/** What somebody wrote becomes something everybody reads: worded by the desk, looked at for what points at a person. */

interface Which {
  no: number
  voice: number
  question: number
}

/** Lets everybody read this wording; another one later takes its place. What the machine marked must have been looked at. */
export async function releaseWords(
  db: Db,
  { no, voice, question }: Which,
  { words, looked }: { words: string; looked: boolean },
  by: By,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const answer = await written(trx, { no, voice, question })
    refuseIf(whyNotRelease(answer, at))
    const people = await trx.selectFrom('people').select('name').execute()
    const marked = findPersonal(
      words,
      people.map(({ name }) => name),
    ).length
    refuseIf(marked > 0 && !looked ? 'privacy.look.missing' : null)
    const row = { words, released_by: author(by), released_at: at }
    const known = await trx
      .selectFrom('survey_releases')
      .select('words')
      .where('voice_id', '=', voice)
      .where('question_id', '=', question)
      .executeTakeFirst()
    if (known?.words === words) return
    await trx
      .insertInto('survey_releases')
      .values({ voice_id: voice, question_id: question, ...row })
      .onConflict((oc) => oc.columns(['community_id', 'voice_id', 'question_id']).doUpdateSet(row))
      .execute()
    const subject = { kind: 'survey' as const, id: answer.id, no }
    await journal(trx, { subject, verb: 'survey.released', by, at, particulars: { marked } })
  })
}

/** Takes a wording back; her own words stay inside as before. */
export async function takeBackWords(db: Db, { no, voice, question }: Which, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const answer = await written(trx, { no, voice, question })
    const { numDeletedRows } = await trx
      .deleteFrom('survey_releases')
      .where('voice_id', '=', voice)
      .where('question_id', '=', question)
      .executeTakeFirstOrThrow()
    if (Number(numDeletedRows) === 0) return
    await journal(trx, { subject: { kind: 'survey', id: answer.id, no }, verb: 'survey.unreleased', by, at })
  })
}

function written(db: Db, { no, voice, question }: Which) {
  return db
    .selectFrom('survey_answers as a')
    .innerJoin('survey_questions as q', 'q.id', 'a.question_id')
    .innerJoin('surveys as s', 's.id', 'q.survey_id')
    .where('s.no', '=', no)
    .where('a.voice_id', '=', voice)
    .where('a.question_id', '=', question)
    .where('a.words', '<>', '')
    .select(['s.id', 's.opened_at', 's.closes_at', 's.closed_at'])
    .forUpdate('a')
    .executeTakeFirstOrThrow(notFound)
}
