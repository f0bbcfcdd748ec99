import { randomUUID } from 'node:crypto'
import { addQuestion, editQuestion } from '../listen/surveys/drafting.ts'
import { questionsIn } from '../listen/surveys/reads.ts'
import { settledResult } from '../listen/surveys/reckoning.ts'
import { releaseWords } from '../listen/surveys/releases.ts'
import { type Answer, type Asked, choicesOf, readSheet } from '../listen/surveys/rules.ts'
import { drawUp, openSurvey, setQuotas } from '../listen/surveys/store.ts'
import { letThrough, shuttle, station } from './story/surveys.ts'
import { chance, known, type Moment, pick, type Tale } from './tale.ts'
import { days, later, minutes, type When } from './when.ts'

/** 问卷: the shuttle's is over and everybody reads it; the station's is open, with a number wanted of each building. */
export function surveyMoments(when: When): Moment[] {
  const [first, second] = [when.ago(24, '09:40'), when.ago(5, '14:20')]
  return [
    { at: first, happens: (tale) => theShuttle(tale, first) },
    { at: second, happens: (tale) => theStation(tale, second) },
  ]
}

async function theShuttle(tale: Tale, at: Date): Promise<void> {
  const { no, id } = await ask(tale, shuttle, at, later(at, days(12)), null)
  await answer(tale, shuttle, id, at)
  const over = later(at, days(13))
  await settledResult(tale.db, no, over)
  for (const [words, public_] of letThrough) {
    const one = await tale.trx
      .selectFrom('survey_answers')
      .select(['voice_id', 'question_id'])
      .where('words', '=', words)
      .orderBy('voice_id')
      .executeTakeFirstOrThrow()
    const which = { no, voice: one.voice_id, question: one.question_id }
    await releaseWords(tale.db, which, { words: public_, looked: true }, { personId: known(tale.people, '顾萍') }, over)
  }
}

async function theStation(tale: Tale, at: Date): Promise<void> {
  const { id } = await ask(tale, station, at, later(at, days(16)), station.wanted)
  await answer(tale, station, id, at)
}

type Told = typeof shuttle

async function ask(tale: Tale, told: Told, at: Date, closesAt: Date, wanted: number | null) {
  const by = { personId: known(tale.people, told.by) }
  const head = { title: told.title, why: told.why, closesAt, audience: 'all' as const, buildings: [] }
  const no = await drawUp(tale.db, { key: randomUUID(), ...head }, by, at)
  const { id } = await tale.trx.selectFrom('surveys').select('id').where('no', '=', no).executeTakeFirstOrThrow()
  for (const { kind, words, options = [], most = null, byBuilding = false } of told.questions)
    await addQuestion(tale.db, no, { key: randomUUID(), kind, words, options, most, by_building: byBuilding }, by, at)
  const questions = await questionsIn(tale.db, id)
  for (const [place, { skips }] of told.questions.entries()) {
    if (!skips) continue
    const leads = Object.entries(skips).map(([choice, to]) => ({
      choice: Number(choice),
      to: questions[to - 1]?.id ?? null,
    }))
    const question = questions[place] as Asked
    await editQuestion(tale.db, no, question.id, { ...question, skips: leads }, by, at)
  }
  if (wanted !== null) {
    const each = new Map([...tale.buildings.values()].map((building) => [building, wanted]))
    await setQuotas(tale.db, no, { wanted: each, stop: false }, by, at)
  }
  await openSurvey(tale.db, no, by, at)
  return { no, id }
}

/** All at once: one by one the demonstration would take seconds longer to start. */
async function answer(tale: Tale, told: Told, id: number, at: Date): Promise<void> {
  const questions = await questionsIn(tale.db, id)
  const doors = pick(`survey ${told.title}`, [...tale.doors.values()], told.households)
  const rows = [
    ...doors.map((door, i) => ({ household_id: door, token_sha256: null, began_at: later(at, minutes(7 * i)) })),
    ...Array.from({ length: told.visitors }, (_, i) => ({
      household_id: null,
      token_sha256: Buffer.from(`visitor ${i}`),
      began_at: later(at, minutes(90 * i)),
    })),
  ]
  const voices = await tale.trx
    .insertInto('survey_voices')
    .values(rows.map((row) => ({ survey_id: id, ...row })))
    .returning('id')
    .execute()
  const answers = voices.flatMap((voice, i) => {
    const given = new Map(questions.map((question, at) => [question.id, chosen(told, question, { at, i })]))
    return [...readSheet(questions, given).answers].map(([question_id, { choices, words }]) => ({
      voice_id: voice.id,
      question_id,
      choices: [...choices],
      words,
    }))
  })
  await tale.trx.insertInto('survey_answers').values(answers).execute()
}

function chosen(told: Told, question: Asked, { at, i }: { at: number; i: number }): Answer {
  const next = chance(`${told.title} ${at} ${i}`)
  const { shares = [], said = [] } = told.questions[at] ?? {}
  // Every so often somebody has something to say.
  if (question.kind === 'text') return { choices: [], words: i % 23 === 3 ? (said[Math.floor(i / 23)] ?? '') : '' }
  if (question.kind === 'multiple') {
    const taken = shares.flatMap((share, choice) => (next() < share ? [choice + 1] : []))
    return { choices: taken.slice(0, question.most ?? taken.length), words: '' }
  }
  const mark = next() * shares.reduce((sum, share) => sum + share, 0)
  const choice =
    shares.findIndex((_, upTo) => mark < shares.slice(0, upTo + 1).reduce((sum, share) => sum + share, 0)) + 1
  return { choices: [Math.min(Math.max(choice, 1), choicesOf(question))], words: '' }
}
