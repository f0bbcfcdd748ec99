import { z } from 'zod'
import { blank, type Form, readForm } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { uploaded } from '../../lib/http/uploads.ts'
import { says } from '../../lib/i18n.ts'
import { Refusal } from '../../lib/refusal.ts'
import { type RefusedLine, squareMetres } from '../lines/rules.ts'
import { readRegister, writeRegister } from './rules.ts'
import { type Comparison, compareRegister, importRegister, registerSize } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'people/register/show': { register: Awaited<ReturnType<typeof registerSize>>; form: Form }
    'people/register/report': {
      found: Comparison
      refused: RefusedLine[]
      squareMetres: typeof squareMetres
      /** The lines to import, to be sent back; null when it was done just now. */
      file: string | null
    }
  }
}

const ImportForm = z.object({ register: z.string(says('error.malformed')).min(1, says('error.malformed')) })
const aFile = 4 * 1024 * 1024

/** 户门登记册: a file is looked at first, line by line; only what she then confirms is written. */
export const register: Slice = (app, { clock }) => {
  app.get('/desk/register', { config: { who: ['admin'] } }, async (req, reply) =>
    reply.page('people/register/show', { register: await registerSize(req.db), form: blank }),
  )

  app.post('/desk/register', { config: { who: ['admin'], perMinute: 20 } }, async (req, reply) => {
    const bytes = uploaded(req, 'file')
    if (!bytes) {
      const form: Form = { values: {}, errors: { file: 'register.file.missing' } }
      return reply.code(422).page('people/register/show', { register: await registerSize(req.db), form })
    }
    const { rows, refused } = readRegister(bytes)
    const found = await compareRegister(req.db, rows)
    const file = writeRegister([...found.added, ...found.changed])
    return reply.page('people/register/report', { found, refused, squareMetres, file })
  })

  // What was checked comes back with the confirmation, so nothing has to be kept for her in between; it is read and
  // compared again, because the register may have changed while she was looking.
  app.post(
    '/desk/register/import',
    { bodyLimit: aFile, config: { who: ['admin'], perMinute: 20, form: ImportForm } },
    async (req, reply) => {
      const input = readForm(ImportForm, req.body)
      if ('form' in input) throw new Refusal('error.malformed', 422)
      const { rows, refused } = readRegister(Buffer.from(input.data.register))
      if (rows.length === 0 || refused.length > 0) throw new Refusal('error.malformed', 422)
      const found = await req.db
        .transaction()
        .execute((trx) => importRegister(trx, rows, { by: { personId: req.me.personId }, at: clock() }))
      return reply.page('people/register/report', { found, refused: [], squareMetres, file: null })
    },
  )
}
