import { sql } from 'kysely'
import type { Db } from '../../lib/db/schema.ts'
import { type ProxyShown, proxiesIn } from '../proxies/reads.ts'
import type { Frozen } from './frozen.ts'
import type { Standing } from './rules.ts'
import { standing } from './standing.ts'

/** What somebody sees of herself on a ballot's page: whom she votes for, whether she may, what stands. For her eyes only. */
export interface VoterShown extends Omit<Standing, 'closed' | 'stopped' | 'suspended'> {
  door: { building: string; door: string } | null
  seat: { name: string; nameEn: string } | null
  cast: { choice: string; at: Date; rev: number; receipt: string } | null
  /** Households she speaks for by a written mandate. */
  proxies: ProxyShown[]
}

interface Row {
  building: string | null
  door: string | null
  name: string | null
  name_en: string | null
  listed: boolean
  here: boolean
  speaks: boolean
  recused: boolean
  choice: string | null
  cast_at: Date
  rev: number
  receipt: string
  proxies: ProxyShown[]
}

/** Who somebody is towards this ballot. One statement, none for a stranger. */
export async function voterOf(
  db: Db,
  ballot: Frozen,
  me: { personId: number | null; householdId: number | null },
): Promise<VoterShown> {
  const { voters } = ballot
  const caster = voters === 'owner' ? null : voters === 'seat' ? me.personId : me.householdId
  if (caster === null) return stranger(voters)
  const { rows } = await sql<Row>`
    select b.name as building, h.door, s.name, s.name_en, e.voter_id is not null as listed, who.here, who.speaks,
           exists (select from recusals r where ${voters === 'seat'} and r.meeting_id = ${ballot.meetingId} and r.item_id = ${ballot.itemId}
             and r.seat_id = who.voter_id) as recused,
           v.choice, v.cast_at, v.rev, v.receipt,
           (select ${proxiesIn(sql`${me.householdId}::int`)} from ballots b where b.id = ${ballot.id}) as proxies
    from (${standing[voters](ballot, sql`${caster}::int`)}) who
    left join electorate e on e.ballot_id = ${ballot.id} and e.voter_id = who.voter_id
    left join votes v on v.ballot_id = ${ballot.id} and v.voter_id = who.voter_id
    left join households h on ${voters === 'household'} and h.id = who.voter_id
    left join buildings b on b.id = h.building_id
    left join seats s on ${voters === 'seat'} and s.id = who.voter_id`.execute(db)
  const row = rows[0]
  if (!row) return stranger(voters)
  return {
    voters,
    known: true,
    listed: row.listed,
    here: row.here,
    speaks: row.speaks,
    recused: row.recused,
    door: row.building === null ? null : { building: row.building, door: String(row.door) },
    seat: row.name === null ? null : { name: row.name, nameEn: String(row.name_en) },
    cast: row.choice === null ? null : { choice: row.choice, at: row.cast_at, rev: row.rev, receipt: row.receipt },
    proxies: row.proxies,
  }
}

const stranger = (voters: Frozen['voters']): VoterShown => ({
  voters,
  known: false,
  listed: false,
  here: false,
  speaks: false,
  recused: false,
  door: null,
  seat: null,
  cast: null,
  proxies: [],
})
