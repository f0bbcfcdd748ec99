import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import t from 'tap'
import ts from 'typescript'
import { startTown } from '../harness.ts'

const town = await startTown(t)
const { db: owner } = town.house

t.test('schema.ts says exactly what the migrations built', async (t) => {
  const { rows } = await sql<{ line: string }>`
    select table_name || '.' || column_name || ' ' || data_type || case is_nullable when 'YES' then ' null' else '' end
           || case when column_default is not null or is_identity = 'YES' then ' given' else '' end as line
    from information_schema.columns
    where table_schema = 'public' and table_name not like 'kysely_%'`.execute(owner)
  t.same(declaredColumns().sort(), rows.map(({ line }) => inOurWords(line)).sort())
})

const tenantTables = async (): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'community_id'
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by 1`.execute(owner)
  return rows.map(({ name }) => name)
}

t.test('every table of the neighbourhood belongs to its community, whatever a query says', async (t) => {
  const tables = await tenantTables()
  t.ok(tables.length > 30, `${tables.length} tables`)
  const { rows } = await sql<{ name: string; enabled: boolean; forced: boolean; policies: unknown[]; key: string[] }>`
    select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
      (select coalesce(json_agg(json_build_array(cmd, permissive, roles::text[], qual, with_check)), '[]') from pg_policies p
       where p.schemaname = 'public' and p.tablename = c.relname) as policies,
      array(select attname::text from pg_index i, unnest(i.indkey) with ordinality as k(at, n)
            join pg_attribute a on a.attnum = k.at where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid
            order by k.n) as key
    from pg_class c where c.relname = any(${tables}) and c.relnamespace = 'public'::regnamespace`.execute(owner)
  const rule = '(community_id = current_community())'
  for (const { name, enabled, forced, policies, key } of rows) {
    // The search is asked by two functions of its owner, who ask for the community themselves (migration 0010).
    t.ok(enabled && (forced || name === 'issue_search'), `${name}: row-level security is on, for its owner too`)
    t.same(policies, [['ALL', 'PERMISSIVE', ['public'], rule, rule]], `${name}: one rule for reading and writing`)
    t.equal(key[0], 'community_id', `${name}: its key begins with the community`)
  }
  const { rows: unguarded } = await sql<{ name: string }>`
    select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
      and not relrowsecurity and relname not like 'kysely_%'`.execute(owner)
  t.same(unguarded, [], 'and no other table is open')
})

t.test('a key to another table names the community too', async (t) => {
  const { rows } = await sql<{ name: string; from: string[]; to: string[] }>`
    select conrelid::regclass || ' → ' || confrelid::regclass as name,
      array(select attname::text from unnest(conkey) with ordinality k(at, n) join pg_attribute a
            on a.attrelid = conrelid and a.attnum = k.at order by n) as "from",
      array(select attname::text from unnest(confkey) with ordinality k(at, n) join pg_attribute a
            on a.attrelid = confrelid and a.attnum = k.at order by n) as "to"
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace
      and confrelid <> 'communities'::regclass`.execute(owner)
  t.ok(rows.length > 50, `${rows.length} keys`)
  for (const { name, from, to } of rows) {
    t.equal(from[0], 'community_id', name)
    t.equal(to[0], 'community_id', name)
    t.ok(from.length > 1, name)
  }
})

t.test('the app adds to what must stay true and changes none of it', async (t) => {
  const { rows } = await sql<{ name: string; rights: string[] }>`
    select c.relname as name, array(
      select r from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) r
      where has_table_privilege('wt_app', c.oid, r)) as rights
    from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`.execute(owner)
  const rights = new Map(rows.map((row) => [row.name, row.rights]))
  for (const name of ['journal', 'access_log', 'vote_keys', 'electorate', 'overrides'])
    t.same(rights.get(name), ['SELECT', 'INSERT'], name)
  for (const name of ['ballots', 'votes']) t.same(rights.get(name), ['SELECT', 'INSERT', 'UPDATE'], name)
  t.same(rights.get('communities'), ['SELECT'])
  for (const [name, may] of rights) {
    t.notOk(may.includes('TRUNCATE') || may.includes('TRIGGER'), name)
    if (name.startsWith('kysely_')) t.same(may, [], `${name} is not the app's`)
  }
  const { rows: role } = await sql`
    select rolsuper, rolbypassrls, rolcreaterole, rolcanlogin,
      (select count(*)::int from pg_class where relowner = r.oid) as owns
    from pg_roles r where rolname = 'wt_app'`.execute(owner)
  t.same(role, [{ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcanlogin: false, owns: 0 }])
})

t.test('nothing works behind the rules: views ask as who looks, functions look where they were told', async (t) => {
  const { rows: views } = await sql<{ name: string }>`
    select relname as name from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace
      and not coalesce('security_invoker=true' = any(reloptions), false)`.execute(owner)
  t.same(views, [])
  const { rows: functions } = await sql<{ name: string }>`
    select proname as name from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
      and not exists (select from unnest(proconfig) c where c like 'search_path=%')`.execute(owner)
  t.same(functions, [])
})

/** Reads `interface Database` and its tables out of schema.ts, so the types cannot lie about the database. */
function declaredColumns(): string[] {
  const path = new URL('../../src/lib/db/schema.ts', import.meta.url)
  const file = ts.createSourceFile('schema.ts', readFileSync(path, 'utf8'), ts.ScriptTarget.Latest)
  const interfaces = new Map(file.statements.filter(ts.isInterfaceDeclaration).map((one) => [one.name.text, one]))
  const members = (name: string) => interfaces.get(name)?.members.filter(ts.isPropertySignature) ?? []
  return members('Database').flatMap((table) =>
    members(table.type?.getText(file) ?? '').map((column) => {
      const type = (column.type?.getText(file) ?? '').replace(/\s+/g, ' ')
      const given = /^Generated<|^Own$/.test(type)
      const bare = type.replace(/^Generated<(.*)>$/, '$1').replace(/ \| null$/, '')
      const kind = /^\|? ?'|^Subject$/.test(bare)
        ? 'string'
        : /\[\]$/.test(bare)
          ? 'list'
          : bare === 'Own'
            ? 'number'
            : bare
      return `${table.name.getText(file)}.${column.name.getText(file)} ${kind}${/ \| null$/.test(type) ? ' null' : ''}${given ? ' given' : ''}`
    }),
  )
}

/** A column as the database tells it → as schema.ts writes it. */
function inOurWords(line: string): string {
  const kinds: [RegExp, string][] = [
    [/ (?:integer|bigint|smallint)/, ' number'],
    [/ timestamp with time zone/, ' Date'],
    [/ (?:text|uuid|tsvector)/, ' string'],
    [/ date/, ' Day'],
    [/ bytea/, ' Buffer'],
    [/ ARRAY/, ' list'],
    [/ jsonb(?: given)?/, ' Json'], // nested types cannot say that it may be left out
  ]
  return kinds.reduce((text, [from, to]) => text.replace(from, to), line)
}
