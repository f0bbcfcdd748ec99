import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import type { House } from './lib/db/connect.ts'
import { pendingMigrations } from './lib/db/migrate.ts'
import type { Db } from './lib/db/schema.ts'
import { allCommunities } from './lib/http/communities.ts'
import { issueStates } from './listen/issues/rules.ts'
import { type Asked, whyNotAnswer } from './vote/ballots/answers.ts'
import { decideBallot } from './vote/ballots/decision.ts'
import { fingerprint } from './vote/ballots/frozen.ts'
import type { Decision, Handed, Numbers, Ways } from './vote/ballots/numbers.ts'
import { isAbstain, isAgainst } from './vote/ballots/reads.ts'
import { papersOf } from './vote/ballots/rounds.ts'
import type { Voters } from './vote/ballots/rules.ts'
import { handsOf, waysOf } from './vote/ballots/ways.ts'
import { handsApart, unbalanced, unmandated, unread } from './vote/ballots/witnesses.ts'
import { countCast } from './vote/owners/reads.ts'
import { castOn, readUnits } from './vote/owners/roll.ts'
import { linesOf, type Roll } from './vote/owners/rules.ts'
import { editionOf } from './vote/rules/catalogue.ts'
import type { OwnersCount } from './vote/rules/owners.ts'

/** What was looked at, in plain words, and what does not agree; nothing wrong means all of it does. */
export interface Verification {
  checked: string[]
  wrong: string[]
}

/**
 * Counts again what was declared and compares it with what is stored: every closed ballot from its votes, the
 * fingerprints of question and roll, every acknowledged vote, and where the journal says each matter stands. Reads only.
 */
export async function verify(house: House): Promise<Verification> {
  const pending = await pendingMigrations(house.db)
  if (pending.length > 0) {
    return {
      checked: [],
      wrong: [`The database has not been brought up to date (${pending.join(', ')}): start the program once.`],
    }
  }
  const all: Verification = { checked: [], wrong: [] }
  for (const community of await allCommunities(house)) {
    const { checked, wrong } = await verifyCommunity(house.of(community.id))
    all.checked.push(...checked.map((line) => `${community.slug}: ${line}`))
    all.wrong.push(...wrong.map((line) => `${community.slug}: ${line}`))
  }
  if (all.checked.length === 0) all.checked.push('There is no community here yet.')
  return all
}

async function verifyCommunity(db: Db): Promise<Verification> {
  const ballots = await ballotsWithVotes(db)
  const closed = ballots.filter((ballot) => ballot.closedAt !== null)
  const rolls = await rollsOf(db)
  const votes = ballots.reduce((sum, ballot) => sum + ballot.for + ballot.against + ballot.abstain, 0)
  const standing = await strayStates(db)
  return {
    checked: [
      `${closed.length} closed ballots counted again from their votes, each with its outcome and its reason`,
      `${ballots.length} questions and ${ballots.length} rolls (${sum(rolls)} voters) against their fingerprints`,
      `${votes} votes: whoever cast one is on the roll, no receipt is without its vote; papers and hands have two witnesses, proxies a mandate`,
      `${standing.issues} issues and ${standing.filings} filings: the journal says where they stand`,
    ],
    wrong: [...ballots.flatMap((ballot) => faultsOf(ballot, rolls.get(ballot.id) ?? [])), ...standing.wrong],
  }
}

interface Ballot extends Asked {
  id: number
  no: number
  question: string
  voters: Voters
  questionSha256: string
  electorateSha256: string
  eligible: number
  closedAt: Date | null
  outcome: string | null
  reason: string | null
  numbers: Numbers | null
  for: number
  against: number
  abstain: number
  handed: Handed[]
  before: Handed[]
  /** Of the owners: their units, and heads and area counted again. */
  owned: { units: Roll['units']; count: OwnersCount } | null
  strangers: number
  lost: number
  journal: string | null
  ways: Ways
  /** Votes on paper that no two people have read, by mandate without one; batches that do not balance; hands told otherwise. */
  unread: number
  unmandated: number
  unbalanced: number
  handsApart: boolean
}

async function ballotsWithVotes(db: Db): Promise<Ballot[]> {
  const { rows } = await sql<Omit<Ballot, 'handed' | 'before' | 'owned'>>`
    select b.id, b.no, b.question, b.options, b.rule, b.rule_version as "ruleVersion", b.terms, b.electorate_kind as voters, b.question_sha256 as "questionSha256",
           b.electorate_sha256 as "electorateSha256", b.eligible, b.closed_at as "closedAt", b.outcome, b.reason, b.numbers,
           v.*, k.lost, j.became as journal, ${waysOf} as ways, ${unread} as unread, ${unmandated} as unmandated,
           ${unbalanced} as unbalanced, ${handsApart} as "handsApart"
    from ballots b
    cross join lateral (
      select (count(*) filter (where not (${isAgainst} or ${isAbstain})))::int + max(hands.in_favour) as "for",
             (count(*) filter (where ${isAgainst}))::int + max(hands.against) as against,
             (count(*) filter (where ${isAbstain}))::int + max(hands.abstain) as abstain,
             (count(*) filter (where votes.voter_id is not null and e.voter_id is null))::int as strangers
      from ${handsOf} hands left join votes on votes.ballot_id = b.id
        left join electorate e on e.ballot_id = votes.ballot_id and e.voter_id = votes.voter_id) v
    cross join lateral (
      select (count(*) filter (where v.voter_id is null))::int as lost
      from vote_keys k left join votes v using (ballot_id, voter_id) where k.ballot_id = b.id) k
    left join lateral (
      select became from journal where subject = 'ballot' and subject_id = b.id and became is not null order by id desc limit 1) j
      on true
    order by b.no`.execute(db)
  const all: Ballot[] = []
  for (const row of rows) all.push({ ...row, ...(await papersOf(db, row.id)), owned: await ownedOf(db, row) })
  return all
}

async function ownedOf(db: Db, { id, voters, options }: Pick<Ballot, 'id' | 'voters' | 'options'>) {
  if (voters !== 'owner') return null
  const units = await readUnits(db, id)
  return { units, count: countCast(units, await castOn(db, id), options) }
}

async function rollsOf(db: Db): Promise<Map<number, string[]>> {
  const rows = await db.selectFrom('electorate').select(['ballot_id', 'line']).execute()
  const rolls = new Map<number, string[]>()
  for (const { ballot_id, line } of rows) {
    const roll = rolls.get(ballot_id)
    if (roll) roll.push(line)
    else rolls.set(ballot_id, [line])
  }
  return rolls
}

const sum = (rolls: Map<number, string[]>) => [...rolls.values()].reduce((all, roll) => all + roll.length, 0)

/** Everything about a ballot that does not agree with itself, a sentence each. */
function faultsOf(ballot: Ballot, roll: string[]): string[] {
  const faults: string[] = []
  const say = (words: string) => faults.push(`ballot ${ballot.no}: ${words}`)
  if (fingerprint(ballot) !== ballot.questionSha256) say('what was asked is not what its fingerprint was taken of')
  if (rollSha256(roll) !== ballot.electorateSha256) say('the roll is not the one its fingerprint was taken of')
  if (roll.length !== ballot.eligible) say(`the roll holds ${roll.length} voters, the ballot says ${ballot.eligible}`)
  if (ballot.owned && rollSha256(linesOf(ballot.owned.units)) !== ballot.electorateSha256)
    say('its units and their areas do not make the roll its fingerprint was taken of')
  if (ballot.strangers > 0) say(`${ballot.strangers} votes of somebody who is not on the roll`)
  if (ballot.lost > 0) say(`${ballot.lost} receipts whose vote is not there`)
  if (ballot.unread > 0) say(`${ballot.unread} votes on papers that two people did not read alike`)
  if (ballot.unmandated > 0) say(`${ballot.unmandated} votes by a mandate that did not hold`)
  if (ballot.unbalanced > 0) say(`${ballot.unbalanced} batches of papers that do not balance`)
  if (ballot.handsApart) say('raised hands that are not the ones two people counted alike')
  const cast = ballot.for + ballot.against + ballot.abstain
  const stray = editionOf(ballot.rule, ballot.ruleVersion)
    ? ballot.handed.filter((paper) => whyNotAnswer(ballot, paper) !== null).length
    : 0
  if (stray > 0) say(`${stray} votes for an answer that was not on the ballot`)
  if (ballot.numbers === null) return faults

  const { numbers } = ballot
  // Owners are counted in heads, not in papers: see the recount.
  for (const choice of ballot.owned ? [] : (['for', 'against', 'abstain'] as const)) {
    if (ballot[choice] !== numbers[choice]) say(`${ballot[choice]} votes ${choice}, ${numbers[choice]} were declared`)
  }
  const declared: Partial<Ways> = numbers.ways ?? {}
  for (const [way, n] of Object.entries(ballot.ways) as [keyof Ways, number][]) {
    // A vote that was declared before ways were counted had none but phones and the desk.
    const said = declared[way] ?? (way === 'phone' || way === 'desk' ? n : 0)
    if (n !== said) say(`${way}: ${n}, declared was ${said}`)
  }
  const again = recount(ballot, { ...numbers, eligible: roll.length })
  if (!again) {
    say(`rule ${ballot.rule}, edition ${ballot.ruleVersion}, cannot have been given these numbers`)
    return faults
  }
  if (again.numbers.base !== numbers.base || again.numbers.needed !== numbers.needed) {
    say(
      `rule ${ballot.rule} asks for ${again.numbers.needed} of ${again.numbers.base}, ${numbers.needed} of ${numbers.base} was declared`,
    )
  }
  if (!isDeepStrictEqual(again.numbers.checks, numbers.checks)) say('its sums are not the ones its numbers make')
  if (!isDeepStrictEqual(plain(again.numbers.result), plain(numbers.result)))
    say('its papers, counted again, come to something else')
  // Given up because the room had become too small: what its numbers would have meant does not matter then.
  const givenUp = ballot.reason === 'quorumLost' && ballot.outcome === 'rejected'
  if (!givenUp && (again.outcome !== ballot.outcome || again.reason !== ballot.reason)) {
    say(`these numbers are ${again.outcome} (${again.reason}), declared was ${ballot.outcome} (${ballot.reason})`)
  }
  if (!ballot.owned && numbers.present < cast) say(`${cast} voted, but only ${numbers.present} were in the room`)
  if (ballot.journal !== ballot.outcome) say(`the journal says ${ballot.journal}, the ballot ${ballot.outcome}`)
  return faults
}

/** The declared numbers through the very edition that was frozen; null: no vote can have had them. */
function recount(ballot: Ballot, { missing, ...numbers }: Numbers): Decision | null {
  try {
    return decideBallot(ballot, numbers, {
      ...{ missing, handed: ballot.handed, before: ballot.before, owned: ballot.owned?.count ?? null },
    })
  } catch {
    return null
  }
}

/** As it comes back out of the database. */
const plain = (result: Numbers['result']) => JSON.parse(JSON.stringify(result ?? null))

/** The roll's fingerprint as the opening takes it: its lines, sorted by their bytes, one to a line. */
function rollSha256(roll: string[]): string {
  const lines = roll.map((line) => Buffer.from(line)).sort(Buffer.compare)
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

/** Replays the journal: the last state each issue and filing was moved to is the one it has. */
async function strayStates(db: Db) {
  const { rows } = await sql<{ kind: 'issue' | 'filing'; no: number; state: string; journal: string | null }>`
    select 'issue' as kind, i.no, i.state, (
      select became from journal j where j.subject = 'issue' and j.subject_id = i.id and became = any(${issueStates})
      order by j.id desc limit 1) as journal from issues i
    union all
    select 'filing', f.no, f.state, (
      select became from journal j where j.subject = 'filing' and j.subject_id = f.id and became = any(${filingStates})
      order by j.id desc limit 1) from filings f
    order by 1, 2`.execute(db)
  const wrong = rows
    .filter((row) => row.state !== row.journal)
    .map((row) => `${row.kind} ${row.no}: is ${row.state}, the journal says ${row.journal ?? 'nothing of it'}`)
  const issues = rows.filter((row) => row.kind === 'issue').length
  return { issues, filings: rows.length - issues, wrong }
}

const filingStates = ['submitted', 'need_info', 'accepted', 'declined', 'referred', 'withdrawn']
