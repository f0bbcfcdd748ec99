import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Slice } from '../../lib/http/slice.ts'
import { translator } from '../../lib/i18n.ts'
import { sha256 } from '../../lib/tokens.ts'
import { bridgeByToken } from '../bridges/reads.ts'
import { isCategory, mayCarry, whyNotCross } from '../bridges/rules.ts'
import { mostWords, tidy, tidyLine, tidyPhone } from '../inbox/rules.ts'
import { secondsToWait } from '../inbox/store.ts'
import { categories } from '../issues/rules.ts'
import { takeOne } from '../webhooks/store.ts'
import { answer, answerFault, asRequest, Fault } from './answers.ts'
import { readFields } from './body.ts'
import { linkIn, pointIn } from './given.ts'
import { publicRequests, requestsByKey } from './reads.ts'

const date = z.iso.datetime({ offset: true })
const words = z.string().max(500)
const listed = {
  querystring: z.object({
    jurisdiction_id: words.optional(),
    service_request_id: words.optional(),
    service_code: words.optional(),
    start_date: words.optional(),
    end_date: words.optional(),
    status: words.optional(),
    page: words.optional(),
    page_size: words.optional(),
  }),
}
const placed = { querystring: z.object({ jurisdiction_id: words.optional() }) }
const PostForm = z.object({
  api_key: words,
  service_code: words,
  description: z.string().max(mostWords),
  address_string: words.default(''),
  address_id: words.default(''),
  lat: words.default(''),
  long: words.default(''),
  media_url: words.default(''),
  first_name: words.default(''),
  last_name: words.default(''),
  phone: words.default(''),
})
const mostBody = 64 * 1024
const reads = { who: 'anyone', machine: true, perMinute: 120 } as const

/** Open311 GeoReport v2: what everybody may read of us, and a way in for whoever has a token. JSON and XML. */
export const open311: Slice = (app, { clock }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: mostBody }, (_req, body, done) => done(null, body))
  app.setErrorHandler(answerFault)

  for (const ext of ['json', 'xml'] as const) {
    app.get(`/open311/discovery.${ext}`, { schema: placed, config: reads }, async (req, reply) => {
      isHere(req, req.query.jurisdiction_id)
      const endpoint = {
        specification: 'http://wiki.open311.org/GeoReport_v2',
        url: `${req.letterbox.home}/open311`,
        changeset: '2026-11-24T00:00:00+08:00',
        type: 'production',
        formats: ['text/xml', 'application/json'],
      }
      return answer(req, reply, 'discovery', {
        changeset: endpoint.changeset,
        contact: req.community.phone,
        key_service: translator(req.locale)('open311.keys'),
        endpoints: [endpoint],
      })
    })

    app.get(`/open311/services.${ext}`, { schema: placed, config: reads }, async (req, reply) => {
      isHere(req, req.query.jurisdiction_id)
      const t = translator(req.locale)
      const services = categories.map((category) => ({
        service_code: category,
        service_name: t(`issues.category.${category}`),
        description: '',
        metadata: false,
        type: 'batch',
        keywords: '',
        group: '',
      }))
      return answer(req, reply, 'services', services)
    })

    const byCode = { ...placed, params: z.object({ slug: z.string(), code: words }) }
    app.get(`/open311/services/:code.${ext}`, { schema: byCode, config: reads }, async (req, reply) => {
      isHere(req, req.query.jurisdiction_id)
      if (!isCategory(req.params.code)) throw new Fault(404, 'service_code was not found')
      return answer(req, reply, 'service_definition', { service_code: req.params.code, attributes: [] })
    })

    app.get(`/open311/requests.${ext}`, { schema: listed, config: reads }, async (req, reply) => {
      isHere(req, req.query.jurisdiction_id)
      const { filter, page } = readFilter(req.query)
      const requests = await publicRequests(req.db, filter, page)
      return answer(
        req,
        reply,
        'service_requests',
        requests.map((one) => asRequest(req, one)),
      )
    })

    const byId = { ...placed, params: z.object({ slug: z.string(), id: words }) }
    app.get(`/open311/requests/:id.${ext}`, { schema: byId, config: reads }, async (req, reply) => {
      isHere(req, req.query.jurisdiction_id)
      const requests = await publicRequests(req.db, { ids: [req.params.id] }, { at: 1, size: 1 })
      if (requests.length === 0) throw new Fault(404, 'service_request_id was not found')
      return answer(
        req,
        reply,
        'service_requests',
        requests.map((one) => asRequest(req, one)),
      )
    })

    const byToken = { ...placed, params: z.object({ slug: z.string(), token: words }) }
    app.get(`/open311/tokens/:token.${ext}`, { schema: byToken, config: reads }, async (req, reply) => {
      isHere(req, req.query.jurisdiction_id)
      const token = z.uuid().safeParse(req.params.token)
      const [request] = token.success ? await requestsByKey(req.db, [token.data]) : []
      if (!request) throw new Fault(404, 'token was not found')
      const waits = request.standing === 'open311.standing.waiting'
      return answer(req, reply, 'service_requests', [
        { service_request_id: waits ? '' : request.id, token: request.id },
      ])
    })

    app.post(
      `/open311/requests.${ext}`,
      { bodyLimit: mostBody, config: { who: 'anyone', machine: true, perMinute: 120, form: PostForm } },
      async (req, reply) => {
        const key = await takeRequest(req, clock())
        const notice = translator(req.locale)('open311.notice')
        return answer(req, reply.code(201), 'service_requests', [
          { token: key, service_notice: notice, account_id: '' },
        ])
      },
    )
  }
}

function isHere(req: FastifyRequest, jurisdiction: string | undefined): void {
  if (jurisdiction && jurisdiction !== req.community.slug) throw new Fault(404, 'jurisdiction_id was not found')
}

function readFilter(query: z.output<typeof listed.querystring>) {
  const when = (name: 'start_date' | 'end_date') => {
    const text = query[name]
    if (!text) return undefined
    if (!date.safeParse(text).success) throw new Fault(400, `${name} is not a date and time with a time zone`)
    return new Date(text)
  }
  const whole = (name: 'page' | 'page_size', given: number, most: number) => {
    if (!query[name]) return given
    const number = Number(query[name])
    if (!Number.isInteger(number) || number < 1 || number > most)
      throw new Fault(400, `${name} is not from 1 to ${most}`)
    return number
  }
  const list = (text: string | undefined) =>
    text
      ?.split(',')
      .map((one) => one.trim())
      .filter(Boolean)
  const status = list(query.status) ?? []
  if (status.some((one) => one !== 'open' && one !== 'closed')) throw new Fault(400, 'status is open or closed')
  const codes = list(query.service_code)
  if (codes?.some((code) => !isCategory(code))) throw new Fault(404, 'service_code was not found')
  const ids = list(query.service_request_id)
  if (ids && ids.length > 50) throw new Fault(400, 'at most 50 service_request_id at a time')
  return {
    filter: {
      ...(ids?.length && { ids }),
      ...(codes?.length && { categories: codes }),
      from: when('start_date'),
      until: when('end_date'),
      ...(new Set(status).size === 1 && { over: status[0] === 'closed' }),
    },
    page: { at: whole('page', 1, 10_000), size: whole('page_size', 100, 200) },
  }
}

/** Takes in what a program posts, through the inbox of its bridge; gives the token it can ask with. */
async function takeRequest(req: FastifyRequest, at: Date): Promise<string> {
  const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0)
  const fields = readFields(req.headers['content-type'] ?? '', body)
  if (!fields) throw new Fault(400, 'the request could not be read')
  isHere(req, fields.jurisdiction_id)
  const bridge = fields.api_key ? await bridgeByToken(req.db, sha256(fields.api_key)) : null
  if (!bridge || whyNotCross(bridge, 'token')) throw new Fault(403, 'missing or invalid api_key')
  const code = fields.service_code ?? ''
  if (code === '') throw new Fault(400, 'service_code was not provided')
  if (!isCategory(code)) throw new Fault(404, 'service_code was not found')
  if (!mayCarry(bridge.topics, code)) throw new Fault(403, 'this api_key may not send that service_code')
  const point = pointIn(fields)
  if (point === null) throw new Fault(400, 'lat and long are not degrees (WGS84), or one is missing')
  const mediaUrl = linkIn(fields)
  if (mediaUrl === null) throw new Fault(400, 'media_url is not an https address of at most 500 characters')
  const place = tidyLine([fields.address_string, fields.address_id].filter(Boolean).join(' '), 120) || point
  if (place === '') throw new Fault(400, 'address_string, address_id or lat and long must be provided')
  const words = tidy(fields.description ?? '', mostWords)
  if (words === '') throw new Fault(400, 'description was not provided')
  const arrival = {
    externalNo: '',
    words,
    place,
    point,
    mediaUrl,
    category: code,
    name: tidyLine([fields.last_name, fields.first_name].filter(Boolean).join(''), 40),
    phone: tidyPhone(fields.phone ?? ''),
    saidAt: null,
  }
  return req.db.transaction().execute(async (trx) => {
    if ((await secondsToWait(trx, bridge, at)) > 0) throw new Fault(429, 'too many requests')
    return (await takeOne(trx, req.letterbox, bridge.id, arrival, at)).key
  })
}
