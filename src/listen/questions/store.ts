import { randomUUID } from 'node:crypto'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { author, type By, journal } from '../../lib/journal.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { sha256 } from '../../lib/tokens.ts'
import { type Opinion, whyNotAnswer, worth } from './rules.ts'

export interface NewQuestion {
  key: string
  title: string
  lead: string
  closesAt: Date
  /** What the desk begins with. */
  statements: readonly string[]
}

/** Puts a question to everybody and gives its number. The same form twice is one question. */
export async function askQuestion(db: Db, question: NewQuestion, by: By, at: Date): Promise<number> {
  const { key, title, lead, closesAt, statements } = question
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .insertInto('questions')
      .values({ key, title, lead, closes_at: closesAt, created_by: author(by), created_at: at })
      .onConflict((oc) => oc.columns(['community_id', 'key']).doNothing())
      .returning(['id', 'no'])
      .executeTakeFirst()
    if (!row)
      return (await trx.selectFrom('questions').select('no').where('key', '=', key).executeTakeFirstOrThrow()).no
    const seeds = statements.map((words) => ({
      key: randomUUID(),
      question_id: row.id,
      words,
      state: 'approved' as const,
      said_at: at,
      decided_by: author(by),
      decided_at: at,
    }))
    if (seeds.length > 0) await trx.insertInto('question_statements').values(seeds).execute()
    const particulars = { title, statements: seeds.length }
    await journal(trx, { subject: { kind: 'question', ...row }, verb: 'question.asked', by, at, particulars })
    return row.no
  })
}

/** Whose voice it is: a door's, or a browser's by the secret in its cookie. */
export interface Voice {
  householdId: number | null
  token: string | null
}

/** Takes an answer; the same voice may think again until the close. Gives the question's id, for the reckoning. */
export async function answerStatement(
  db: Db,
  no: number,
  answer: { statement: number; opinion: Opinion },
  voice: Voice,
  at: Date,
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const question = await openQuestion(trx, no, at)
    const statement = await trx
      .selectFrom('question_statements')
      .select('id')
      .where('id', '=', answer.statement)
      .where('question_id', '=', question.id)
      .where('state', '=', 'approved')
      .executeTakeFirstOrThrow(notFound)
    const voiceId = await voiceIn(trx, question.id, voice, at)
    const opinion = worth[answer.opinion]
    await trx
      .insertInto('question_answers')
      .values({ voice_id: voiceId, statement_id: statement.id, opinion, answered_at: at })
      .onConflict((oc) =>
        oc.columns(['community_id', 'voice_id', 'statement_id']).doUpdateSet({ opinion, answered_at: at }),
      )
      .execute()
    return question.id
  })
}

/** Somebody adds a statement of her own; the desk looks at it before anybody is asked. The same form twice is one. */
export async function addStatement(
  db: Db,
  no: number,
  statement: { key: string; words: string },
  who: { voice: Voice } | { by: By },
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const question = await openQuestion(trx, no, at)
    const desk = 'by' in who
    const row = await trx
      .insertInto('question_statements')
      .values({
        ...statement,
        question_id: question.id,
        said_at: at,
        ...(desk
          ? { state: 'approved', decided_by: author(who.by), decided_at: at }
          : { voice_id: await voiceIn(trx, question.id, who.voice, at) }),
      })
      .onConflict((oc) => oc.columns(['community_id', 'key']).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!row) return
    const subject = { kind: 'question' as const, id: question.id, no }
    await journal(trx, {
      subject,
      verb: 'question.stated',
      by: desk ? who.by : {},
      at,
      particulars: { statement: row.id },
    })
  })
}

/** The desk lets a statement through, or says why not; it may think again. Gives the question's id, for the reckoning. */
export async function decideStatement(
  db: Db,
  no: number,
  decision: { statement: number; reason: string | null },
  by: By,
  at: Date,
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const statement = await trx
      .selectFrom('question_statements as s')
      .innerJoin('questions as q', 'q.id', 's.question_id')
      .where('q.no', '=', no)
      .where('s.id', '=', decision.statement)
      .select(['s.id', 's.state', 'q.id as question'])
      .forUpdate('s')
      .executeTakeFirstOrThrow(notFound)
    const state = decision.reason === null ? 'approved' : 'rejected'
    if (statement.state === state) return statement.question
    await trx
      .updateTable('question_statements')
      .set({ state, reason: decision.reason ?? '', decided_by: author(by), decided_at: at })
      .where('id', '=', statement.id)
      .execute()
    await journal(trx, {
      subject: { kind: 'question', id: statement.question, no },
      verb: state === 'approved' ? 'question.approved' : 'question.rejected',
      was: statement.state,
      became: state,
      by,
      at,
      particulars: { statement: statement.id, reason: decision.reason ?? '' },
    })
    return statement.question
  })
}

/** What a browser's secret is kept as: another for every question. */
export const tokenOf = (questionId: number, token: string): Buffer => sha256(`question ${questionId} ${token}`)

async function openQuestion(trx: Trx, no: number, at: Date) {
  const question = await trx
    .selectFrom('questions')
    .select(['id', 'closes_at'])
    .where('no', '=', no)
    .executeTakeFirstOrThrow(notFound)
  refuseIf(whyNotAnswer(question, at))
  return question
}

async function voiceIn(trx: Trx, questionId: number, { householdId, token }: Voice, at: Date): Promise<number> {
  if (householdId === null && token === null) throw new Refusal('error.notAllowed', 403)
  const own =
    householdId === null
      ? { household_id: null, token_sha256: tokenOf(questionId, token ?? '') }
      : { household_id: householdId, token_sha256: null }
  const target = householdId === null ? 'token_sha256' : 'household_id'
  const begun = await trx
    .insertInto('question_voices')
    .values({ question_id: questionId, ...own, began_at: at })
    .onConflict((oc) => oc.columns(['community_id', 'question_id', target]).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (begun) {
    // One line a voice, and not who or what she thinks: the journal is read by more people than may know that.
    const subject = { kind: 'question' as const, id: questionId }
    await journal(trx, {
      subject,
      verb: 'question.joined',
      by: {},
      at,
      particulars: { household: householdId !== null },
    })
    return begun.id
  }
  const known = await trx
    .selectFrom('question_voices')
    .select('id')
    .where('question_id', '=', questionId)
    .where((eb) =>
      householdId === null ? eb('token_sha256', '=', own.token_sha256) : eb('household_id', '=', householdId),
    )
    .executeTakeFirstOrThrow()
  return known.id
}
