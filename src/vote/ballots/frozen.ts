import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { sha256Hex } from '../../lib/tokens.ts'
import { type Asked, mostPoints, type Paper, paperOf } from './answers.ts'
import type { Voters } from './rules.ts'

/** What of a ballot never changes once it is open: it may be remembered, and every process remembers the same. */
export interface Frozen extends Asked {
  id: number
  no: number
  meetingId: number
  meetingNo: number
  itemId: number
  question: string
  voters: Voters
  questionSha256: string
  paper: Paper
  /** The points an option may get at most, where points are given. */
  most: number
}

/** Those columns, of ballot `b` and its meeting `m`. */
export const frozenColumns = sql`b.id, b.no, b.meeting_id as "meetingId", m.no as "meetingNo", b.item_id as "itemId", b.question,
  b.options, b.rule, b.rule_version as "ruleVersion", b.terms, b.electorate_kind as voters, b.question_sha256 as "questionSha256"`

const remembered = new WeakMap<Db, Map<number, Promise<Frozen>>>()

/** The frozen part of ballot `no`; a vote needs it and should not read it anew each time. Refuses an unknown number. */
export function frozen(db: Db, no: number): Promise<Frozen> {
  const all = memoryOf(db)
  // Whoever asks while it is being read waits for the same answer: votes then go on in the order they came in.
  const known = all.get(no) ?? readFrozen(db, no)
  all.set(no, known)
  known.catch(() => all.delete(no))
  return known
}

async function readFrozen(db: Db, no: number): Promise<Frozen> {
  const { rows } = await sql<FrozenRow>`
    select ${frozenColumns} from ballots b join meetings m on m.id = b.meeting_id where b.no = ${no}`.execute(db)
  if (!rows[0]) throw notFound()
  return withPaper(rows[0])
}

/** What the columns hold; the paper follows from the rule. */
export type FrozenRow = Omit<Frozen, 'paper' | 'most'>

function withPaper(row: FrozenRow): Frozen {
  const { id, no, meetingId, meetingNo, itemId, question, options, rule, ruleVersion, terms, voters } = row
  const asked = { question, options, rule, ruleVersion, terms, voters, questionSha256: row.questionSha256 }
  return { id, no, meetingId, meetingNo, itemId, ...asked, paper: paperOf(rule, ruleVersion), most: mostPoints(row) }
}

/** Keeps what a wider read brought along. */
export function remember(db: Db, ballot: FrozenRow): void {
  const kept = withPaper(ballot)
  const all = memoryOf(db)
  if (!all.has(kept.no)) all.set(kept.no, Promise.resolve(kept))
}

/** Of a handle bound to one community, so a number never means another community's ballot. */
function memoryOf(db: Db): Map<number, Promise<Frozen>> {
  const all = remembered.get(db) ?? new Map<number, Promise<Frozen>>()
  remembered.set(db, all)
  return all
}

/** What the question's fingerprint is taken of. Written out on the result page, so that anybody can take it again. */
export function frozenText(asked: Pick<Frozen, 'question' | 'voters' | keyof Asked>): string {
  // The keys stand in the order of the alphabet: one text, whoever writes it.
  return JSON.stringify({
    electorate: asked.voters,
    options: asked.options,
    question: asked.question,
    rule: asked.rule,
    ...(Object.keys(asked.terms).length > 0 && { terms: sorted(asked.terms) }),
    version: asked.ruleVersion,
  })
}

/** jsonb gives keys back in an order of its own; here they stand in the alphabet's, inside as well. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}

export const fingerprint = (asked: Parameters<typeof frozenText>[0]): string => sha256Hex(frozenText(asked))
