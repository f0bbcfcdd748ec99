import type { FastifyReply, FastifyRequest } from 'fastify'
import { reasonOf } from '../../lib/http/conventions.ts'
import { type MessageKey, translator } from '../../lib/i18n.ts'
import type { PublicRequest } from './reads.ts'
import { writeXml } from './xml.ts'

/** What the standard says is wrong, in the format that was asked for. */
export class Fault extends Error {
  readonly statusCode: number
  constructor(statusCode: number, description: string) {
    super(description)
    this.statusCode = statusCode
  }
}

type Answered = Parameters<typeof writeXml>[1]

/** The same answer in the format of the address. */
export function answer(req: FastifyRequest, reply: FastifyReply, root: string, value: Answered): FastifyReply {
  reply.header('cache-control', 'no-cache')
  if (!/\.xml(?:\?|$)/.test(req.url)) return reply.type('application/json; charset=utf-8').send(JSON.stringify(value))
  return reply.type('text/xml; charset=utf-8').send(writeXml(root, value))
}

/** Whatever went wrong, as the standard says it: 400 in general, 403 for the key, 404 for what is not there. */
export function answerFault(
  error: Error & { statusCode?: number; code?: string },
  req: FastifyRequest,
  reply: FastifyReply,
) {
  const status = error instanceof Fault ? error.statusCode : reasonOf(error).status
  if (status >= 500) req.log.error({ err: { message: error.message, stack: error.stack } }, 'failed')
  const code = status === 422 || status === 415 ? 400 : status
  const description = error instanceof Fault ? error.message : (faults[code] ?? 'general service error')
  return answer(req, reply.code(code), 'errors', [{ code, description }])
}

const faults: Record<number, string> = {
  400: 'general service error: the request could not be read',
  403: 'missing or invalid api_key',
  404: 'not found',
  413: 'the request is too large',
  429: 'too many requests',
}

/** A request as the standard writes it. */
export function asRequest(req: FastifyRequest, request: PublicRequest) {
  const t = translator(req.locale)
  const standing = t(request.standing as MessageKey)
  return {
    service_request_id: request.id,
    status: request.over ? 'closed' : 'open',
    status_notes: [standing, request.note].filter(Boolean).join(' · '),
    service_name: request.category ? t(`issues.category.${request.category}`) : '',
    service_code: request.category ?? '',
    description: [request.title, request.text].filter(Boolean).join('\n'),
    agency_responsible: request.agency,
    service_notice: '',
    requested_datetime: stamp(request.requestedAt),
    updated_datetime: stamp(request.updatedAt),
    expected_datetime: request.dueOn ? `${request.dueOn}T17:00:00+08:00` : '',
    address: [request.building && t('places.building', { name: request.building }), request.place]
      .filter(Boolean)
      .join(' '),
    address_id: '',
    zipcode: '',
    lat: '',
    long: '',
    media_url: '',
  }
}

/** '2026-11-24T10:00:00+08:00', as the standard writes times. */
const stamp = (at: Date) => `${new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`
