import { csvOf } from '../../lib/csv.ts'
import type { Db } from '../../lib/db/schema.ts'
import type { T } from '../../lib/i18n.ts'
import { type By, journal } from '../../lib/journal.ts'
import { notFound } from '../../lib/refusal.ts'
import type { QuestionResult, SurveyResult } from './counts/rules.ts'
import { sheetsOf, surveyAtDesk } from './reads.ts'
import type { Asked } from './rules.ts'

/** The results as a table to take along: the same numbers everybody reads, and the same ones hidden. */
export function resultsCsv({ questions, buildings, households, visitors, of }: SurveyResult, t: T): string {
  const number = (n: number | null | undefined) => n ?? t('surveys.hidden')
  const head = ['question', 'option', 'building', 'households', 'visitors'].map((name) =>
    t(`surveys.csv.${name as 'question'}`),
  )
  const all = t('surveys.csv.all')
  const rows = questions.flatMap((question, at) => {
    const name = `${at + 1}. ${question.words}`
    const { households: own, visitors: others } = question
    return [
      [name, t('surveys.csv.answered'), all, number(own.answered), number(others.answered)],
      ...own.choices.map((n, i) => [name, choiceName(question, i + 1), all, number(n), number(others.choices[i])]),
      ...(question.buildings?.cells ?? []).flatMap((row, b) =>
        row.map((n, i) => [name, choiceName(question, i + 1), buildings[b] ?? '', number(n), '']),
      ),
    ]
  })
  return csvOf([head, ['', t('surveys.csv.sheets', { of }), all, number(households), number(visitors)], ...rows])
}

/** What a choice is called: an option's words, or a point of a scale. */
function choiceName({ kind, options }: Pick<QuestionResult, 'kind' | 'options'>, choice: number): string {
  return kind === 'scale' ? String(choice) : (options[choice - 1] ?? String(choice))
}

/** Every sheet as it is. Nothing is hidden here, so it is asked for with a reason, and the reason is in the journal. */
export async function exportSheets(db: Db, no: number, { purpose, t }: { purpose: string; t: T }, by: By, at: Date) {
  return db.transaction().execute(async (trx) => {
    const { id } = await trx.selectFrom('surveys').select('id').where('no', '=', no).executeTakeFirstOrThrow(notFound)
    const { questions } = await surveyAtDesk(trx, no)
    const sheets = await sheetsOf(trx, no)
    const particulars = { purpose, sheets: sheets.length }
    await journal(trx, { subject: { kind: 'survey', id, no }, verb: 'survey.exported', by, at, particulars })
    const rows = sheets.map(({ building, answers }) => [
      building ?? t('surveys.csv.visitor'),
      ...questions.map((question) => {
        const answer = answers.find((one) => one.question === question.id)
        return answer ? answer.words || told(question, answer.choices) : ''
      }),
    ])
    return csvOf([[t('surveys.csv.building'), ...questions.map(({ words }, i) => `${i + 1}. ${words}`)], ...rows])
  })
}

const told = (question: Asked, choices: readonly number[]) => choices.map((one) => choiceName(question, one)).join('；')
