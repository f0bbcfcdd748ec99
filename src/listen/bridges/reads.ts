import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Db } from '../../lib/db/schema.ts'
import { notFound } from '../../lib/refusal.ts'
import { roadsOf } from './rules.ts'

const waiting = sql<number>`(select count(*) from arrivals a where a.bridge_id = bridges.id and a.state = 'waiting')`
const came = sql<number>`(select count(*) from arrivals a where a.bridge_id = bridges.id)`

/** All bridges, those in use first, with what waits from each. One statement. */
export async function bridgeList(db: Db) {
  return db
    .selectFrom('bridges')
    .leftJoin('people', 'people.id', 'bridges.keeper_id')
    .select(['bridges.key', 'bridges.name', 'kind', 'topics', 'active', 'trouble', 'people.name as keeper'])
    .select([waiting.as('waiting'), came.as('came')])
    .orderBy('active', 'desc')
    .orderBy('bridges.id')
    .execute()
}

/** A bridge with whoever looks after it, its living secrets (never themselves) and its counts. One statement. */
export async function bridgePage(db: Db, key: string) {
  const row = await db
    .selectFrom('bridges')
    .leftJoin('people', 'people.id', 'bridges.keeper_id')
    .selectAll('bridges')
    .select(['people.name as keeper', waiting.as('waiting'), came.as('came')])
    .select((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('bridge_secrets')
          .select(['bridge_secrets.id', 'bridge_secrets.kind', 'made_at as madeAt'])
          .whereRef('bridge_id', '=', 'bridges.id')
          .where('revoked_at', 'is', null)
          .orderBy('bridge_secrets.id'),
      ).as('secrets'),
      sql<number>`(select count(*) from outbox o where o.channel = 'webhook' and o.failed_at is not null
        and o.to_sealed = convert_to(bridges.key::text, 'UTF8'))`.as('lost'),
    ])
    .where('bridges.key', '=', key)
    .executeTakeFirstOrThrow(notFound)
  return { ...row, secrets: row.secrets.map((one) => ({ ...one, madeAt: new Date(one.madeAt) })) }
}

export type BridgePage = Awaited<ReturnType<typeof bridgePage>>

/** The groups somebody looks after, whose conversations may be pasted. One statement. */
export async function bridgesKeptBy(db: Db, personId: number) {
  const kept = await db
    .selectFrom('bridges')
    .select(['key', 'name', 'kind'])
    .where('keeper_id', '=', personId)
    .where('active', '=', true)
    .orderBy('id')
    .execute()
  return kept.filter(({ kind }) => roadsOf(kind).includes('paste'))
}

/** Who may look after a bridge: everybody who works here. One statement. */
export async function keepers(db: Db) {
  return db
    .selectFrom('people')
    .select(['id', 'name', 'post'])
    .where('left_at', 'is', null)
    .where(
      sql<boolean>`exists (select from person_roles r where r.person_id = people.id and r.role in ('staff', 'chair', 'admin', 'volunteer'))`,
    )
    .orderBy('name')
    .execute()
}

/** A bridge as a program comes to it, by the key in the address: with its sealed hook secrets. One statement. */
export async function bridgeForHook(db: Db, key: string) {
  const row = await db
    .selectFrom('bridges')
    .select(['id', 'key', 'kind', 'active', 'topics', 'per_hour', 'push_url', 'hosts'])
    .select(
      sql<string[]>`array(select encode(s.sealed, 'base64') from bridge_secrets s where s.bridge_id = bridges.id
        and s.kind = 'hook' and s.revoked_at is null order by s.id desc)`.as('sealed'),
    )
    .where('key', '=', key)
    .executeTakeFirst()
  return row ?? null
}

/** The bridge a token belongs to; null for any other token. One statement. */
export async function bridgeByToken(db: Db, tokenSha256: Buffer) {
  const row = await db
    .selectFrom('bridge_secrets as s')
    .innerJoin('bridges as b', 'b.id', 's.bridge_id')
    .select(['b.id', 'b.key', 'b.kind', 'b.active', 'b.topics', 'b.per_hour'])
    .where('s.token_sha256', '=', tokenSha256)
    .where('s.kind', '=', 'token')
    .where('s.revoked_at', 'is', null)
    .executeTakeFirst()
  return row ?? null
}
