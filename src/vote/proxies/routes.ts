import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Db } from '../../lib/db/schema.ts'
import { number, readForm, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { readAnswer } from '../ballots/answers.ts'
import { castVote } from '../ballots/casting.ts'
import { type Frozen, frozen } from '../ballots/frozen.ts'
import { marks } from '../ballots/marks.ts'
import { type ProxyShown, proxiesIn } from './reads.ts'

/** One ballot by mandate: whose, the paper, and what became of the last attempt. */
interface Booth {
  ballot: Frozen
  proxy: ProxyShown
  key: string
  note?: MessageKey
  values?: Record<string, string>
}

declare module '../../lib/http/views.ts' {
  interface Views {
    'vote/proxies/_ballot': Booth
    'vote/proxies/_ballots': { ballot: Frozen; proxies: ProxyShown[]; key: string }
    'vote/proxies/show': Booth
  }
}

const byNo = { params: z.object({ slug: z.string(), no: number }) }
const one = { params: z.object({ slug: z.string(), no: number, key: z.uuid() }) }
const ProxyForm = z.object({ ...marks, key: z.uuid(says('error.malformed')) })

/** 代投: whoever holds a written mandate votes for that household, beside her own vote and on the same paper. */
export const proxies: Slice = (app, { clock }) => {
  // A holder's page asks for these when a vote opens; nobody else's does.
  app.get('/ballots/:no/proxies', { schema: byNo, config: { who: 'household' } }, async (req, reply) => {
    const ballot = await frozen(req.db, req.params.no)
    const proxies = await proxiesOf(req.db, ballot, req.me.householdId)
    // One key does for all: attempts are told apart by voter and key.
    return reply.fragment('vote/proxies/_ballots', { ballot, proxies, key: randomUUID() })
  })

  app.post(
    '/ballots/:no/proxies/:key',
    { schema: one, config: { who: 'household', form: ProxyForm } },
    async (req, reply) => {
      const ballot = await frozen(req.db, req.params.no)
      const { proxy, principalId } = await spokenFor(req, ballot)
      const again = (note: MessageKey) => {
        const booth = { ballot, proxy, key: randomUUID(), note, values: typed(req.body) }
        return req.wantsFragment
          ? reply.code(422).fragment('vote/proxies/_ballot', booth)
          : reply.code(422).page('vote/proxies/show', booth)
      }
      const input = readForm(ProxyForm, req.body)
      if ('form' in input) return again(Object.values(input.form.errors)[0] ?? 'error.malformed')
      const answer = readAnswer(ballot, input.data)
      if (typeof answer === 'string') return again(answer)
      const vote = { ...answer, key: input.data.key, ballot: ballot.no, way: 'proxy', me: req.me, at: clock() } as const
      try {
        await castVote(req.db, { ...vote, proxy: { principalId } })
      } catch (error) {
        if (!(error instanceof Refusal) || error.status >= 500) throw error
        return again(error.key)
      }
      if (!req.wantsFragment) return reply.goto(`/meetings/${ballot.meetingNo}`)
      const { proxy: after } = await spokenFor(req, ballot)
      return reply.fragment('vote/proxies/_ballot', { ballot, proxy: after, key: randomUUID() })
    },
  )
}

async function proxiesOf(db: Db, ballot: Frozen, householdId: number | null): Promise<ProxyShown[]> {
  const { rows } = await sql<{ proxies: ProxyShown[] }>`
    select ${proxiesIn(sql`${householdId}::int`)} as proxies from ballots b where b.id = ${ballot.id}`.execute(db)
  return rows[0]?.proxies ?? []
}

/**
 * The household of this mandate, as the holder's page shows it. One that does not hold any more is still hers to be told
 * so (castVote says why); somebody else's is not there.
 */
async function spokenFor(req: FastifyRequest, ballot: Frozen): Promise<{ proxy: ProxyShown; principalId: number }> {
  const { key } = req.params as { key: string }
  const mandate = await req.db
    .selectFrom('mandates')
    .innerJoin('households', 'households.id', 'principal_id')
    .innerJoin('buildings', 'buildings.id', 'households.building_id')
    .where('mandates.key', '=', key)
    .where('meeting_id', '=', ballot.meetingId)
    .where('holder_id', '=', req.me.householdId)
    .select(['principal_id', 'buildings.name as building', 'door'])
    .executeTakeFirstOrThrow(notFound)
  const { principal_id: principalId, ...place } = mandate
  const proxy = (await proxiesOf(req.db, ballot, req.me.householdId)).find((each) => each.key === key)
  return { proxy: proxy ?? { key, ...place, itself: false, cast: null }, principalId }
}
