import { sha256 } from '../../src/lib/tokens.ts'
import type { Browser, Town } from '../harness.ts'

/** What the tests of this stage build on: filings sent by the form, matters made of them. */

/** What people, and programs, also type. None of it may get lost, break a page or run. */
export const hostile = {
  script: '<script>alert(1)</script> 班车太早',
  fullWidth: '＜script＞alert(1)＜/script＞ 班车太早',
  attribute: '" onmouseover="alert(1)" x="',
  htmx: '<button hx-post="/c/wutongli/leave">班车</button>',
  template: '<%= it.csrf %> {{7*7}} #{7*7} {n?a:b}',
  sql: "'; drop table filings; --",
  emoji: '👩‍👩‍👧‍👦 末班车太早 🚌',
  rtlLetters: 'שלום עולם 班车太早',
}

/** What no field of words takes: control characters, text that lies about itself, broken text, far too much of it. */
export const unreadable = {
  nul: '末班车太早了\u0000',
  escape: '末班车太早了\u001b[31m',
  bidi: '末班车\u202e太早了',
  long: '长'.repeat(5_000),
}

/** As the browser shows text in HTML. */
export const shown = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

export const codeIn = (location: unknown) => /\/track\/([0-9A-Z-]+)/.exec(String(location))?.[1] ?? ''

/** Files something as this browser and gives its tracking code. */
export async function file(browser: Browser, what: string, more: Record<string, string> = {}): Promise<string> {
  const reply = await browser.post('/filings', { key: crypto.randomUUID(), what, ...more })
  if (reply.statusCode !== 303) throw new Error(`not filed: ${reply.statusCode}`)
  return codeIn(reply.headers.location)
}

export async function filingOf(town: Town, code: string) {
  return town.db
    .selectFrom('filings')
    .where('code_sha256', '=', sha256(code.replaceAll('-', '')))
    .selectAll()
    .executeTakeFirstOrThrow()
}

export const draft = {
  title: '小区班车末班能不能晚一点',
  body: '晚下班的居民赶不上末班车。',
  category: 'transport' as const,
  place: '北门班车站',
}

/** Has the desk make a matter of what this code opens; gives the matter's number. */
export async function accept(
  town: Town,
  desk: Browser,
  code: string,
  more: Record<string, string> = {},
): Promise<number> {
  const { no, state } = await filingOf(town, code)
  const reply = await desk.post(`/desk/triage/${no}/acceptance`, { seen: state, ...draft, ...more })
  if (reply.statusCode !== 303) throw new Error(`not accepted: ${reply.statusCode}`)
  return Number(/\/desk\/issues\/(\d+)/.exec(String(reply.headers.location))?.[1])
}

/** Has `second` approve the wording that stands last. */
export async function publish(town: Town, second: Browser, no: number): Promise<void> {
  const text = await town.db
    .selectFrom('issue_texts')
    .innerJoin('issues', 'issues.id', 'issue_texts.issue_id')
    .where('issues.no', '=', no)
    .select('issue_texts.id')
    .orderBy('issue_texts.id', 'desc')
    .executeTakeFirstOrThrow()
  const reply = await second.post(`/desk/issues/${no}/texts/${text.id}/approval`)
  if (reply.statusCode !== 303) throw new Error(`not published: ${reply.statusCode}`)
}

export async function issueOf(town: Town, no: number) {
  return town.db.selectFrom('issues').where('no', '=', no).selectAll().executeTakeFirstOrThrow()
}

/** The messages that wait to be sent, opened. */
export async function sent(town: Town) {
  const rows = await town.db.selectFrom('outbox').select(['dedup_key', 'to_sealed', 'body']).orderBy('id').execute()
  return rows.map(({ to_sealed, ...row }) => ({ ...row, to: town.vault.open(town.community.id, to_sealed) }))
}

export async function journalOf(town: Town, subject: 'filing' | 'issue', id: number) {
  return town.db
    .selectFrom('journal')
    .where('subject', '=', subject)
    .where('subject_id', '=', id)
    .select(['verb', 'was', 'became', 'person_id', 'household_id', 'particulars'])
    .orderBy('id')
    .execute()
}
