import { sql } from 'kysely'
import type { House } from '../lib/db/connect.ts'
import type { Db, Trx } from '../lib/db/schema.ts'
import type { Community } from '../lib/http/slice.ts'

export type Neighbourhood = Pick<Community, 'slug' | 'name' | 'nameEn' | 'prefix' | 'phone'>

/**
 * Founds communities and fills them, all in one transaction: either everything is there or nothing. The row of a
 * community is the house's to write; from then on the transaction works as everybody does, as wt_app, bound to it.
 */
export async function inOneGo<R>(house: House, act: (founding: Founding) => Promise<R>): Promise<R> {
  return house.db.transaction().execute(async (trx) => {
    // Two processes that start together on one database: the second finds what the first has founded.
    await sql`select pg_advisory_xact_lock(hashtext('seed'))`.execute(trx)
    const founded = await trx.selectFrom('communities').select('slug').execute()
    return act({
      taken: new Set(founded.map(({ slug }) => slug)),
      async found(neighbourhood, fill) {
        await sql`reset role`.execute(trx)
        const { nameEn, ...rest } = neighbourhood
        const { id } = await trx
          .insertInto('communities')
          .values({ ...rest, name_en: nameEn })
          .returning('id')
          .executeTakeFirstOrThrow()
        await sql`select set_config('role', 'wt_app', true), set_config('app.community', ${String(id)}, true)`.execute(
          trx,
        )
        return fill(trx, { id, ...neighbourhood })
      },
    })
  })
}

interface Founding {
  /** Slugs that are used already. */
  taken: ReadonlySet<string>
  found<R>(neighbourhood: Neighbourhood, fill: (trx: Trx, community: Community) => Promise<R>): Promise<R>
}

/** A handle for verbs that own a transaction: here they join ours. What they refuse ends all of it. */
export function within(trx: Trx): Db {
  const joined = { execute: (act: (inner: Trx) => Promise<unknown>) => act(trx) }
  return new Proxy(trx, {
    get(target, key) {
      if (key === 'transaction') return () => joined
      const value = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
