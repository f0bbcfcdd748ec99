import pg from 'pg'
import { lexemesOf, tokenizer } from '../src/listen/search/tokens.ts'

/**
 * A town of any number of matters, made by the database itself: what `src/seed/load.ts` tells in words, in six
 * statements. Its search is what the app would write for the same texts.
 */

interface Made {
  issues: number
  /** The newest so many are under way; all others are closed. */
  open: number
}

const subjects = [
  '楼道灯不亮',
  '下水道返味',
  '停车位不够',
  '电梯等得久',
  '绿化要修枝',
  '晚上太吵',
  '垃圾房要冲洗',
  '老人助餐',
]
const spots = ['北门', '南门口', '垃圾房', '快递柜', '儿童乐园', '中心花园', '地下车库', '会所边', '东侧围墙', '健身角']
const sayings = [
  '希望有人管一管。',
  '已经大半年了，老人天天绕路。',
  '下雨天就更难走，孩子摔过一跤。',
  '上次说过，没有下文。',
]
const categories = ['light', 'water', 'parking', 'property', 'green', 'noise', 'clean', 'elder']
/** One matter in a thousand speaks of something of its own, so that a rare word is found among many. */
const rare = [
  { every: 7, title: '班车延期的事', category: 'transport' },
  { every: 13, title: 'Shuttle stop shelter', category: 'transport' },
]

interface Text {
  id: number
  title: string
  body: string
  place: string
  category: string
}

const ordinary = subjects.length * spots.length * sayings.length

/** Every text there is; which one a matter has follows from its number (`textOf`). */
function texts(): Text[] {
  const pick = (list: readonly string[], at: number) => list[at % list.length] ?? ''
  const usual = Array.from({ length: ordinary }, (_, id) => {
    const [subject, rest] = [id % subjects.length, Math.floor(id / subjects.length)]
    const place = pick(spots, rest)
    const body = pick(sayings, Math.floor(rest / spots.length))
    return { id, title: `${place}${pick(subjects, subject)}`, body, place, category: pick(categories, subject) }
  })
  const own = rare.map(({ title, category }, at) => ({ id: ordinary + at, title, body: '', place: '北门', category }))
  return [...usual, ...own]
}

const textOf = `case ${rare.map(({ every }, at) => `when n % 1000 = ${every} then ${ordinary + at}`).join(' ')} else n % ${ordinary} end`
/** Numbers stand in what people write: a lamp post's, a bus line's. */
const post = '100 + n % 900'

export async function grow(url: string, communityId: number, { issues, open }: Made): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const lexemes = texts().map((text) => ({ ...text, ...searched(text) }))
  try {
    await client.query(`set session_replication_role = replica; set synchronous_commit = off; set work_mem = '64MB';
      set maintenance_work_mem = '512MB'; set app.community = '${Number(communityId)}'`)
    await client.query(
      `create temp table texts as
      select id, title, body, place, category, array(select jsonb_array_elements_text(lexemes)) as found
      from jsonb_to_recordset($1::jsonb) as t (id int, title text, body text, place text, category text, lexemes jsonb)`,
      [JSON.stringify(lexemes)],
    )
    await client.query('analyze texts')
    await withoutIndexes(
      client,
      ['issues', 'issue_texts', 'filings', 'supports', 'journal', 'issue_search'],
      async () => {
        for (const statement of statements(issues, open)) await client.query(statement)
        // pg_class, because information_schema leaves out the sequences behind identity columns.
        const { rows } = await client.query<{ at: string }>(
          `select oid::regclass::text as at from pg_class where relkind = 'S' and relname ~ '^(no_(issue|filing)_.*|(issues|filings)_id_seq)$'`,
        )
        for (const { at } of rows) await client.query('select setval($1::regclass, $2)', [at, issues])
      },
    )
    await client.query('vacuum analyze')
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

/** What the app would make findable of a text, but for the numbers, which differ from matter to matter. */
const searched = ({ title, body, place }: Text) => ({
  lexemes: lexemesOf(`${title} ${body}灯杆0号。 ${place}`, `${title} ${place}`).filter((one) => one !== '0'),
})

function* statements(issues: number, open: number): Generator<string> {
  const last = issues - open
  const opened = `now() - interval '10 days' - (${issues} - n) * interval '${Math.max(30, Math.floor(94_000_000 / issues))} seconds'`
  const numbers = `generate_series(1, ${issues}) n`
  yield `insert into issues (id, no, title, public_text, place, building_id, category, state, seat_id, next_step, due_on, opened_at, published_at, closed_at)
    overriding system value
    select n, n, title, body || '灯杆' || (${post}) || '号。', place, b.id, category,
           case when n <= ${last} then (array['closed_resolved', 'closed_explained'])[n % 2 + 1]
                else (array['accepted', 'assigned', 'pooled', 'in_progress', 'referred'])[n % 5 + 1] end,
           (select min(id) from seats) + n % 5, '有进展就写在这里', case when n > ${last} then (now() + (n % 30 - 5) * interval '1 day')::date end,
           ${opened}, case when n % 50 <> 49 then ${opened} + interval '5 hours' end, case when n <= ${last} then ${opened} + interval '9 days' end
    from ${numbers} join texts t on t.id = ${textOf} join buildings b on b.position = n % (select count(*) from buildings) + 1`
  yield `insert into issue_texts (issue_id, title, body, written_by, written_at, approved_by, approved_at)
    select id, title, public_text, 1, opened_at, 2, published_at from issues where published_at is not null`
  yield `insert into filings (id, no, channel, words, place, household_id, locale, code_sha256, code_sealed, state, issue_id, filed_at, due_on)
    overriding system value
    select id, no, (array['bridge', 'door', 'gather'])[no % 3 + 1], title || '，请管一管。', place, (select min(id) from households) + no % 1000, 'zh',
           sha256(no::text::bytea), '\\x00', 'accepted', id, opened_at - interval '1 hour', (opened_at + interval '1 day')::date from issues`
  yield `insert into supports (issue_id, household_id, at)
    select id, (select min(id) from households) + (no * 31) % 1000, opened_at + interval '1 day' from issues where published_at is not null`
  yield `insert into journal (at, subject, subject_id, verb, was, became, person_id, particulars)
    select opened_at + step * interval '5 hours', 'issue', id, verb, was, became, 1, '{"channel": "bridge"}'
    from issues, lateral (values (0, 'issue.accepted', null, 'accepted'), (1, 'issue.published', null, null)) line (step, verb, was, became)
    order by id, step`
  // The lexemes of a text are written out once a shelf, and what is the matter's own is put to them.
  yield `insert into issue_search (issue_id, no, tokenizer, open, published, openly, desk)
    with shelved as materialized (
      select id, shelf, (select array_to_tsvector(array_agg(current_community() || '.' || shelf || '.' || one)) from unnest(found || ('c_' || category)) one) as found
      from texts, generate_series(0, shelf_of(${issues})) shelf)
    select n, n, ${tokenizer}, n > ${last}, n % 50 <> 49, v.found, v.found
    from issues i join lateral (select i.no as n, current_community() || '.' || shelf_of(i.no) || '.' as at) one on true
    join shelved t on t.id = ${textOf} and t.shelf = shelf_of(n) join buildings b on b.id = i.building_id,
    lateral (select t.found || array_to_tsvector(array[at || (${post}), at || b.name, at || 'n_' || n, at || b.name || '号楼', at || 'b_' || b.id,
             at || 'h_' || (array['bridge', 'door', 'gather'])[n % 3 + 1]]) as found) v order by n`
}

/** Their indexes are made once all rows are there: a tenth of the time. */
async function withoutIndexes(client: pg.Client, tables: string[], act: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string; made: string }>(
    `select indexname as name, indexdef as made from pg_indexes
     where tablename = any($1) and indexname not in (select conname from pg_constraint)`,
    [tables],
  )
  for (const { name } of rows) await client.query(`drop index ${client.escapeIdentifier(name)}`)
  await act()
  for (const { made } of rows) await client.query(made)
}
