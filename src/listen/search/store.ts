import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { factLexemes, lexemesOf, tokenizer } from './tokens.ts'

/** Keeps a matter findable. Called by every verb that changes its words, its place or whose words belong to it. */
export async function indexIssues(trx: Trx, ids: readonly (number | null)[]): Promise<void> {
  const wanted = ids.filter((id) => id !== null)
  if (wanted.length === 0) return
  const { rows } = await sql<Found>`
    select i.id, i.no, i.title, i.public_text as text, i.place, i.category, i.building_id as "buildingId", b.name as building,
      array(select distinct channel from filings f where f.issue_id = i.id and f.state = 'accepted') as channels, (
      select left(string_agg(f.words, ' ' order by f.id), ${longest}) from filings f
      where f.state = 'accepted' and f.issue_id = any(array(select i.id union all select m.id from issues m where m.merged_into = i.id))) as raw
    from issues i left join buildings b on b.id = i.building_id where i.id = any(${wanted}::int[])`.execute(trx)
  await write(trx, rows)
}

interface Found {
  id: number
  no: number
  title: string
  text: string
  place: string
  category: string
  buildingId: number | null
  building: string | null
  channels: string[]
  raw: string | null
}

const longest = 4_000
const portion = 500

/** Writes the search of one neighbourhood anew where it is missing or another tokenizer wrote it. Gives how many. */
export async function reindex(db: Db): Promise<number> {
  let done = 0
  for (let after = 0; ; ) {
    const ids = await db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ id: number }>`
        select i.id from issues i left join issue_search s on s.issue_id = i.id
        where i.id > ${after} and (s.issue_id is null or s.tokenizer <> ${tokenizer}) order by i.id limit ${portion}`.execute(
        trx,
      )
      const stale = rows.map(({ id }) => id)
      await indexIssues(trx, stale)
      return stale
    })
    done += ids.length
    if (ids.length < portion) return done
    after = ids.at(-1) ?? after
  }
}

async function write(trx: Trx, found: readonly Found[]): Promise<void> {
  const rows = found.map(({ id, no, title, text, place, building, channels, raw, ...facts }) => {
    const said = `${title} ${place}`
    const heard = channels.flatMap((channel) => factLexemes({ channel }))
    const own = [`n_${no}`, ...(building ? [`${building}号楼`] : []), ...factLexemes(facts), ...heard]
    const openly = [...lexemesOf(`${title} ${text} ${place} ${building ?? ''}`, said), ...own]
    return { id, openly, desk: [...new Set([...openly, ...lexemesOf(raw ?? '', '')])] }
  })
  const asVector = (
    column: string,
  ) => sql`(select array_to_tsvector(coalesce(array_agg(current_community() || '.' || shelf_of(i.no) || '.' || one), '{}'))
    from jsonb_array_elements_text(given.${sql.raw(column)}) one)`
  await sql`
    insert into issue_search (issue_id, no, tokenizer, open, published, openly, desk)
    select i.id, i.no, ${tokenizer}, i.closed_at is null, i.published_at is not null, ${asVector('openly')}, ${asVector('desk')}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (id int, openly jsonb, desk jsonb) join issues i on i.id = given.id
    order by i.id
    on conflict (community_id, issue_id) do update set tokenizer = excluded.tokenizer, open = excluded.open,
      published = excluded.published, openly = excluded.openly, desk = excluded.desk`.execute(trx)
}
