import { type RawBuilder, sql } from 'kysely'
import { holds } from '../../agenda/mandates/reads.ts'

/** A household somebody speaks for in the vote that is open, for the holder's eyes only. */
export interface ProxyShown {
  /** The mandate's key, the address of this ballot. */
  key: string
  building: string
  door: string
  /** It has voted itself, so nothing is left to say for it; what it chose is not the holder's to know. */
  itself: boolean
  /** What the holder has cast for it. */
  cast: { choice: string; at: string; receipt: string } | null
}

/** SQL: the households that door `holder` speaks for in ballot `b`, by mandates that hold; of any but a ballot of households none. */
export const proxiesIn = (holder: RawBuilder<unknown>) => sql<ProxyShown[]>`(
  select coalesce(json_agg(json_build_object('key', d.key, 'building', bd.name, 'door', h.door,
    'itself', coalesce(v.way <> 'proxy', false),
    'cast', case when v.way = 'proxy' then json_build_object('choice', v.choice, 'at', v.cast_at, 'receipt', v.receipt) end)
    order by d.id), '[]')
  from mandates d join households h on h.id = d.principal_id join buildings bd on bd.id = h.building_id
  join electorate e on e.ballot_id = b.id and e.voter_id = d.principal_id
  left join votes v on v.ballot_id = b.id and v.voter_id = d.principal_id
  where b.electorate_kind = 'household' and d.meeting_id = b.meeting_id and d.holder_id = ${holder} and ${holds(sql`b.item_id`)})`
