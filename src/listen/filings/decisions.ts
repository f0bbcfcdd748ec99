import { workingDayAfter } from '../../lib/calendar.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import type { MessageKey, Values } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { type Clerk, whyNotMerge, whyNotSplit } from '../issues/rules.ts'
import { type NewIssue, openIssue } from '../issues/store.ts'
import { noteFilingMerged, noteFilingTakenOut, proposePairs, voteOpened } from '../mergers/store.ts'
import { indexIssues } from '../search/store.ts'
import { answerDays, type FilingState, triageDays, whyNotDecide, whyNotWrite } from './rules.ts'
import { addMessage, tellFiler } from './store.ts'

/** What the desk makes of a filing (domain 3.2, rows 2 to 5c, and 3.3). Each tells the filer, if she left a phone. */

interface Decision {
  no: number
  /** The state the deciding person saw on her page. */
  seen: FilingState
  clerk: Clerk
  at: Date
}

type Locked = Awaited<ReturnType<typeof lockFiling>>

/** 受理: makes a matter of the filing. Gives the matter's number. */
export async function acceptFiling(db: Db, letterbox: Letterbox, decision: Decision, issue: NewIssue): Promise<number> {
  return decide(db, decision, async (trx, filing) => {
    const { clerk, at } = decision
    const opened = await openIssue(trx, issue, filing.channel, { personId: clerk.personId }, at)
    await settle(trx, filing, decision, { state: 'accepted', issue_id: opened.id }, 'filing.accepted', {
      issue: opened.no,
    })
    await tellFiler(trx, letterbox, filing, `accepted:${filing.id}:${opened.id}`, 'tell.accepted', { no: filing.no })
    return opened.no
  })
}

/** 并案: puts the filing to a matter that is already there. Her words stay her own. */
export async function mergeFiling(
  db: Db,
  letterbox: Letterbox,
  decision: Decision,
  { issueNo, words }: { issueNo: number; words: string },
): Promise<void> {
  await decide(db, decision, async (trx, filing) => {
    const issue = await lockIssue(trx, issueNo)
    refuseIf(whyNotMerge(issue.state))
    await settle(trx, filing, decision, { state: 'accepted', issue_id: issue.id }, 'filing.merged', { issue: issueNo })
    await noteFilingMerged(trx, { id: filing.id, was: filing.state }, issue.id, decision.clerk, decision.at)
    await proposePairs(trx, filing.words, `${issue.title} ${issue.public_text}`, decision.at)
    await join(trx, issue, filing.channel, decision)
    await say(trx, letterbox, filing, decision, words, 'tell.merged')
  })
}

/** 待补充: asks her something. The clock waits for her answer, but not for ever. */
export async function askFiler(db: Db, letterbox: Letterbox, decision: Decision, words: string): Promise<void> {
  await decide(db, decision, async (trx, filing) => {
    const due_on = workingDayAfter(decision.at, answerDays)
    await settle(trx, filing, decision, { state: 'need_info', due_on }, 'filing.asked')
    await say(trx, letterbox, filing, decision, words, 'tell.asked')
  })
}

/** 不予受理: says no, with a reason from the list and a sentence to her. */
export async function declineFiling(
  db: Db,
  letterbox: Letterbox,
  decision: Decision,
  { reason, words }: { reason: string; words: string },
): Promise<void> {
  await decide(db, decision, async (trx, filing) => {
    await settle(trx, filing, decision, { state: 'declined', reason }, 'filing.declined', { reason })
    await say(trx, letterbox, filing, decision, words, 'tell.declined')
  })
}

/** 转办: hands it to an office outside; the desk goes on following it. */
export async function referFiling(
  db: Db,
  letterbox: Letterbox,
  decision: Decision,
  { target, words }: { target: string; words: string },
): Promise<void> {
  await decide(db, decision, async (trx, filing) => {
    await settle(trx, filing, decision, { state: 'referred', referred_to: target }, 'filing.referred', { target })
    await say(trx, letterbox, filing, decision, words, 'tell.referred', { target })
  })
}

type Act = Omit<Decision, 'seen'>

/** Writes to the filer in her own thread, without deciding anything. */
export async function replyToFiler(db: Db, letterbox: Letterbox, act: Act, words: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const filing = await lockFiling(trx, act.no)
    refuseIf(whyNotWrite(filing.state))
    if (await say(trx, letterbox, filing, act, words, 'tell.replied'))
      await journal(trx, { ...lineOf(filing, act), verb: 'filing.replied' })
  })
}

/** 分案: takes a filing out of its matter, to another one or (`to` null) back to the queue. The history is the journal's. */
export async function moveFiling(
  db: Db,
  letterbox: Letterbox,
  act: Act,
  { to, reason }: { to: number | null; reason: string },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const filing = await lockFiling(trx, act.no)
    if (filing.issue_id === null) throw new Refusal('filings.decided')
    // Both at once and in one order: two people who swap filings between two matters must not wait for each other.
    const issues = await issuesToLock(trx)
      .where((eb) => eb.or([eb('id', '=', filing.issue_id), eb('no', '=', to)]))
      .execute()
    const from = issues.find((issue) => issue.id === filing.issue_id) as (typeof issues)[number]
    refuseIf(whyNotSplit(from.state, from.voteOpened, act.clerk.chair))
    if (to === from.no) throw new Refusal('filings.sameIssue')
    const target = issues.find((issue) => issue.no === to) ?? null
    if (to !== null) refuseIf(target ? whyNotMerge(target.state) : 'issues.unknown')
    const became = target
      ? ({ issue_id: target.id } as const)
      : ({ issue_id: null, state: 'submitted', due_on: workingDayAfter(act.at, triageDays) } as const)
    const verb = target ? 'filing.moved' : 'filing.returned'
    await settle(trx, filing, act, became, verb, { from: from.no, to, reason })
    await journal(trx, { subject: { kind: 'issue', id: from.id, no: from.no }, verb: 'issue.left', by: {}, at: act.at })
    await noteFilingTakenOut(trx, filing.id, act.clerk, act.at)
    if (target) {
      await noteFilingMerged(trx, { id: filing.id, was: filing.state }, target.id, act.clerk, act.at)
      await join(trx, target, filing.channel, act)
    }
    const news: MessageKey = target ? 'tell.movedOver' : 'tell.returned'
    await tellFiler(trx, letterbox, filing, `moved:${filing.id}:${act.at.getTime()}`, news, { no: filing.no })
  })
}

async function decide<R>(db: Db, decision: Decision, act: (trx: Trx, filing: Locked) => Promise<R>): Promise<R> {
  return db.transaction().execute(async (trx) => {
    const filing = await lockFiling(trx, decision.no)
    refuseIf(whyNotDecide(filing.state, decision.seen, decision.clerk.chair))
    return act(trx, filing)
  })
}

// The filing is always locked before its matter, or two people could wait for each other.
function lockFiling(trx: Trx, no: number) {
  return trx
    .selectFrom('filings')
    .select([
      'id',
      'no',
      'state',
      'channel',
      'words',
      'issue_id',
      'locale',
      'phone_sealed',
      'phone_quiet',
      'code_sealed',
    ])
    .where('no', '=', no)
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
}

const issuesToLock = (trx: Trx) =>
  trx.selectFrom('issues').select(['id', 'no', 'state', 'title', 'public_text', voteOpened]).orderBy('id').forUpdate()

async function lockIssue(trx: Trx, no: number) {
  const issue = await issuesToLock(trx).where('no', '=', no).executeTakeFirst()
  if (!issue) throw new Refusal('issues.unknown')
  return issue
}

interface Became {
  state?: FilingState
  issue_id?: number | null
  due_on?: string
  reason?: string
  referred_to?: string
}

const lineOf = (filing: Locked, { clerk, at }: Act) => ({
  subject: { kind: 'filing' as const, id: filing.id, no: filing.no },
  by: { personId: clerk.personId },
  at,
})

async function settle(
  trx: Trx,
  filing: Locked,
  act: Act,
  became: Became,
  verb: string,
  particulars: Record<string, string | number | null> = {},
): Promise<void> {
  await trx.updateTable('filings').set(became).where('id', '=', filing.id).execute()
  if (became.issue_id !== undefined) await indexIssues(trx, [filing.issue_id, became.issue_id])
  const moved = became.state && { was: filing.state, became: became.state }
  await journal(trx, { ...lineOf(filing, act), verb, particulars, ...moved })
}

/** Writes a sentence into her thread and tells her that it is there. False: the same was said just now. */
async function say(
  trx: Trx,
  letterbox: Letterbox,
  filing: Locked,
  { clerk, at }: Act,
  words: string,
  news: MessageKey,
  values: Values = {},
): Promise<boolean> {
  const message = await addMessage(trx, { filingId: filing.id, personId: clerk.personId, words, at })
  if (message === null) return false
  await tellFiler(trx, letterbox, filing, `message:${message}`, news, { no: filing.no, ...values })
  return true
}

/** The matter's own timeline tells that it was heard once more, and how; never from whom. */
async function join(trx: Trx, issue: { id: number; no: number }, channel: string, { clerk, at }: Act): Promise<void> {
  await journal(trx, {
    subject: { kind: 'issue', id: issue.id, no: issue.no },
    verb: 'issue.joined',
    by: { personId: clerk.personId },
    at,
    particulars: { channel },
  })
}
