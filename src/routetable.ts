import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { buildApp } from './app.ts'
import { openHouse } from './lib/db/connect.ts'
import type { Who } from './lib/http/slice.ts'
import { createLive } from './lib/live/hub.ts'
import { vaultOf } from './lib/vault.ts'

type JsonSchema = Record<string, unknown>

/** One line of the route table (docs/contract.md): it drives the tests of who may do what, and the hostile ones. */
export interface RouteLine {
  method: string
  path: string
  /** The names in the path: `slug` is the community. */
  params: string[]
  who: Who
  /** Whether its rows belong to one community. */
  tenant: boolean
  /** Times a minute one address may call it. */
  perMinute: number | null
  /** The live socket, not a page. */
  socket: boolean
  query: JsonSchema | null
  /** What a form sends, as JSON Schema; null where a route takes none. */
  body: JsonSchema | null
}

/** Every route of the app, in the order in which they are added. Builds the app but touches no database. */
export async function routeTable(): Promise<RouteLine[]> {
  const table: RouteLine[] = []
  // Its pool connects when it is first asked, and nobody asks.
  const house = await openHouse({ databaseUrl: 'postgres://nobody@localhost/none', dataDir: '' })
  const live = createLive(house)
  const deps = { house, live, clock: () => new Date(), vault: vaultOf(randomBytes(32)), origin: 'http://localhost' }
  const app = await buildApp(deps, {
    onRoute({ method, url, schema, config }) {
      for (const each of [method].flat()) {
        // Fastify adds a HEAD to every GET.
        if (each === 'HEAD' || !config?.who) continue
        table.push({
          method: each,
          path: url,
          params: [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => name),
          who: config.who,
          tenant: url.startsWith('/c/:slug'),
          perMinute: config.perMinute ?? null,
          socket: config.socket ?? false,
          query: jsonSchema(schema?.querystring),
          body: jsonSchema(schema?.body ?? config.form),
        })
      }
    },
  })
  await app.ready()
  await live.close()
  await app.close()
  await house.close()
  return table
}

function jsonSchema(schema: unknown): JsonSchema | null {
  if (!(schema instanceof z.ZodType)) return null
  // What a form may send, before it is read: a field that is turned into something else counts as what was typed.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}
