import { z } from 'zod'
import type { Me, Slice } from '../../lib/http/slice.ts'
import { notFound } from '../../lib/refusal.ts'
import { readCode, sha256 } from '../../lib/tokens.ts'
import { photoByKey } from './store.ts'

const byKey = {
  params: z.object({ slug: z.string(), key: z.uuid() }),
  querystring: z.object({ code: z.string().max(40).default('') }),
}

/**
 * 照片 of filings. A picture may show a face or a door plate: it is for the desk, for whoever took it down, and for the
 * filer with her tracking code. One that belongs to no filing yet is known only to the browser that just sent it.
 */
export const photos: Slice = (app, { clock }) => {
  app.get('/photos/:key', { schema: byKey, config: { who: 'anyone' } }, async (req, reply) => {
    const photo = await photoByKey(req.db, req.params.key)
    if (!photo || !maySee(photo, req.me, req.query.code, clock())) throw notFound()
    return reply
      .headers({
        'content-type': 'image/jpeg',
        'content-disposition': 'attachment; filename="photo.jpg"',
        // Even if a browser took it for a page, it could do nothing.
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store',
      })
      .send(photo.image)
  })
}

interface Owned {
  filing_id: number | null
  code_sha256: Buffer | null
  recorded_by: number | null
  taken_in_at: Date
}

const anHour = 3_600_000

function maySee(photo: Owned, me: Me, code: string, at: Date): boolean {
  if (me.roles.includes('staff') || me.roles.includes('chair')) return true
  if (photo.filing_id === null) return at.getTime() - photo.taken_in_at.getTime() < anHour
  if (me.personId !== null && photo.recorded_by === me.personId) return true
  return code !== '' && photo.code_sha256?.equals(sha256(readCode(code))) === true
}
