import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { whyNotDecide } from '../../agenda/kinds/deciding.ts'
import { shanghaiDay } from '../../lib/calendar.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { announce } from '../../lib/live/announce.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { freezeUnits, rollNow } from '../owners/roll.ts'
import type { Roll } from '../owners/rules.ts'
import { inForce } from '../rules/catalogue.ts'
import { namesOptions, paperOf, type Terms, wordsOn } from './answers.ts'
import { fingerprint } from './frozen.ts'
import { type Again, againOf, lastBallot } from './rounds.ts'
import { type Rule, type Voters, votersOf, whyNotOpen } from './rules.ts'

interface Opening {
  meetingNo: number
  itemNo: number
  question: string
  /** Whether "abstain" stands on a ballot of yes and no. */
  abstain: boolean
  rule: Rule
  /** What there is to choose from, where the rule lets people choose. */
  options?: string[]
  terms?: Terms
  tallyShown: 'live' | 'after_close'
  /** Of a vote of the owners that goes on for days: nothing counts from then on. */
  closesAt?: Date | null
  /** The chair. */
  by: { personId: number | null }
  at: Date
}

/**
 * Opens the vote on the item under discussion and freezes what is asked of whom; gives its number. Refuses outside a
 * meeting in session, on an item that is not being discussed, and while another vote of this meeting is open.
 */
export async function openBallot(db: Db, opening: Opening): Promise<{ no: number }> {
  return db.transaction().execute(async (trx) => {
    const place = await placeOf(trx, opening.meetingNo, opening.itemNo)
    refuseIf(whyNotOpen(place))
    // What the kind of meeting may not decide is not put to the vote, whatever its running order says.
    refuseIf(await whyNotDecide(trx, place.meeting_id, place.item_id, opening.rule))
    const owned = votersOf(opening.rule) === 'owner' ? await rollNow(trx) : null
    const ballot = await freeze(trx, opening, place, againOf(place.last), owned)
    // Of two chairs who press at once the unique index lets one through (ballots_one_open).
    if (!ballot) throw new Refusal('ballots.oneAtATime')
    if (owned) await freezeUnits(trx, ballot.id, owned)

    await trx
      .updateTable('running_order')
      .set({ voting_at: opening.at })
      .where('meeting_id', '=', place.meeting_id)
      .where('item_id', '=', place.item_id)
      .execute()
    await journal(trx, {
      subject: { kind: 'ballot', id: ballot.id, no: ballot.no },
      verb: 'ballot.opened',
      became: 'open',
      by: opening.by,
      at: opening.at,
      particulars: { rule: opening.rule, eligible: ballot.eligible },
    })
    await announce(trx, `meeting:${opening.meetingNo}`)
    await announce(trx, `count:${opening.meetingNo}`)
    return { no: ballot.no }
  })
}

async function placeOf(trx: Trx, meetingNo: number, itemNo: number) {
  return (
    trx
      .selectFrom('running_order')
      .innerJoin('meetings', 'meetings.id', 'running_order.meeting_id')
      .innerJoin('agenda_items', 'agenda_items.id', 'running_order.item_id')
      .where('meetings.no', '=', meetingNo)
      .where('agenda_items.no', '=', itemNo)
      .select([
        'meeting_id',
        'item_id',
        'opened_at',
        'adjourned_at',
        'suspended_at',
        'discussing_at',
        'voting_at',
        'declared_at',
        'deferred_at',
        lastBallot(sql.ref('running_order.meeting_id'), sql.ref('running_order.item_id')).as('last'),
      ])
      // Adjourning or deferring in the same moment waits for us, or we for it.
      .forUpdate(['meetings', 'running_order'])
      .executeTakeFirstOrThrow(notFound)
  )
}

/** Writes the ballot and its roll in one statement, so that the roll, its size and its fingerprint are of one moment. */
async function freeze(
  trx: Trx,
  opening: Opening,
  place: { meeting_id: number; item_id: number },
  round: Again | null,
  owned: Roll | null,
) {
  const { rule, question } = opening
  const voters = votersOf(rule)
  const ruleVersion = inForce(rule, shanghaiDay(opening.at))?.version
  if (ruleVersion === undefined) throw new Error(`rule ${rule} was not in force yet`)
  const { options, terms } = onPaper(opening, round)
  const questionSha256 = fingerprint({ question, options, rule, ruleVersion, terms, voters })
  const { rows } = await sql<{ id: number; no: number; eligible: number }>`
    with roll as (${owned ? rollOfOwners(owned) : rollOf[voters as keyof typeof rollOf]}),
    opened as (
      insert into ballots (meeting_id, item_id, question, options, rule, rule_version, terms, round_of, electorate_kind, tally_shown,
                           question_sha256, electorate_sha256, eligible, required_seats, closes_at, opened_at, opened_by)
      select ${place.meeting_id}, ${place.item_id}, ${question}, ${options}::text[], ${rule}, ${ruleVersion}, ${JSON.stringify(terms)}::jsonb,
             ${round?.id ?? null}::int, ${voters}, ${opening.tallyShown}, ${questionSha256},
             (select encode(sha256(convert_to(coalesce(string_agg(line, e'\n' order by line collate "C"), ''), 'UTF8')), 'hex') from roll),
             (select count(*) from roll),
             case when ${voters} = 'seat' then array(select id from seats where required and vacant_since is null order by position)
                  else '{}' end,
             ${opening.closesAt ?? null}::timestamptz, ${opening.at}, ${opening.by.personId}
      on conflict (community_id, meeting_id) where closed_at is null do nothing
      returning id, no, eligible),
    copied as (
      insert into electorate (ballot_id, voter_id, line, household_id, seat_id, owner_id, head, building)
      select opened.id, roll.* from opened, roll)
    select * from opened`.execute(trx)
  return rows[0] ?? null
}

/**
 * What stands on the paper. Options that tied are voted on among themselves, whatever the form said; and where a lot may
 * be needed its seed is on the ballot before anybody votes (domain 3.6.1).
 */
function onPaper({ rule, abstain, options = [], terms = {} }: Opening, round: Again | null) {
  const follow = terms.follow ?? false
  const paper = paperOf(rule)
  const runoff = round !== null && round.rule === rule && round.tied.length > 0 ? round : null
  const words = namesOptions(paper) ? (runoff?.tied ?? options) : wordsOn(paper, abstain, follow)
  const number = runoff && terms.number !== undefined ? { number: runoff.places } : {}
  const seed = rule === 'RC' || runoff ? { seed: randomBytes(8).toString('hex') } : {}
  return { options: words, terms: { ...terms, ...number, ...seed } }
}

/**
 * Who may vote, and the line each makes in the roll's fingerprint: "12-602" for a door, "居委会" for a seat, sorted by
 * their bytes, one to a line. A vacant seat has no vote and shrinks the base (domain 3.6.1).
 */
const rollOf: Record<Exclude<Voters, 'owner'>, ReturnType<typeof sql>> = {
  household: sql`
    select h.id, b.name || '-' || h.door as line, h.id as household_id, null::int as seat_id, null::int as owner_id, null::int as head, null as building
    from households h join buildings b on b.id = h.building_id`,
  seat: sql`
    select id, name as line, null::int as household_id, id as seat_id, null::int as owner_id, null::int as head, null as building
    from seats where voting and vacant_since is null`,
}

/** Owners: a line a voice, with units, area and head, as the rules made it out of the register (vote/owners). */
function rollOfOwners({ voices }: Roll) {
  const column = <K extends keyof Roll['voices'][number]>(name: K) => voices.map((voice) => voice[name])
  return sql`
    select id, line, null::int as household_id, null::int as seat_id, owner_id, head, building
    from unnest(${column('voter')}::int[], ${column('line')}::text[], ${column('owner')}::int[], ${column('head')}::int[],
                ${column('building')}::text[]) as f(id, line, owner_id, head, building)`
}
