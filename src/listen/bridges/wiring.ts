import { z } from 'zod'
import { type Whyever, whyNotCall } from '../../lib/egress.ts'
import { type Form, filled, line, readForm, said, typed } from '../../lib/http/forms.ts'
import type { Slice } from '../../lib/http/slice.ts'
import { type MessageKey, says } from '../../lib/i18n.ts'
import { bridgePage } from './reads.ts'
import { byKey } from './routes.ts'
import { type Road, readHosts, roadsOf } from './rules.ts'
import { type Wiring, wireBridge } from './store.ts'

declare module '../../lib/http/views.ts' {
  interface Views {
    'listen/bridges/wiring': {
      form: Form
      bridge: { key: string; name: string }
      roads: readonly Road[]
      hasPassword: boolean
    }
  }
}

const url = line({ max: 300 })
const WiringForm = z.object({
  hosts: said({ max: 500 }),
  source_url: url,
  push_url: url,
  mail_host: line({ max: 200 }),
  mail_port: z.preprocess(
    (value) => (value === '' || value === undefined ? 993 : value),
    z.coerce
      .number(says('form.wrong'))
      .int(says('form.wrong'))
      .min(1, says('form.wrong'))
      .max(65_535, says('form.wrong')),
  ),
  mail_user: line({ max: 200 }),
  mail_password: line({ max: 200 }),
})

const whys: Record<Whyever, MessageKey> = {
  url: 'bridges.url.url',
  scheme: 'bridges.url.scheme',
  port: 'bridges.url.port',
  private: 'bridges.url.private',
  unknown: 'bridges.url.url',
  redirect: 'bridges.url.url',
  large: 'bridges.url.url',
  slow: 'bridges.url.url',
  failed: 'bridges.url.url',
}

/** Where a bridge leads to outside: addresses we call, hosts that are vouched for, a mailbox. For administrators. */
export const wiring: Slice = (app, { clock }) => {
  app.get('/desk/bridges/:key/wiring', { schema: byKey, config: { who: ['admin'] } }, async (req, reply) => {
    const bridge = await bridgePage(req.db, req.params.key)
    const mail = bridge.mail as { host?: string; port?: number; user?: string }
    const form = filled({
      hosts: bridge.hosts.join('\n'),
      source_url: bridge.source_url,
      push_url: bridge.push_url,
      mail_host: mail.host ?? '',
      mail_port: String(mail.port ?? ''),
      mail_user: mail.user ?? '',
    })
    return reply.page('listen/bridges/wiring', pageOf(bridge, form))
  })

  app.post(
    '/desk/bridges/:key/wiring',
    { schema: byKey, config: { who: ['admin'], form: WiringForm } },
    async (req, reply) => {
      const { key } = req.params
      const input = readWiring(req.body)
      if ('form' in input)
        return reply.code(422).page('listen/bridges/wiring', pageOf(await bridgePage(req.db, key), input.form))
      await wireBridge(req.db, req.letterbox, key, input.wiring, { by: { personId: req.me.personId }, at: clock() })
      return reply.goto(`/desk/bridges/${key}`)
    },
  )
}

const pageOf = (bridge: Awaited<ReturnType<typeof bridgePage>>, form: Form) => ({
  form,
  bridge: { key: bridge.key, name: bridge.name },
  roads: roadsOf(bridge.kind),
  hasPassword: bridge.mail_sealed !== null,
})

function readWiring(body: unknown): { wiring: Wiring } | { form: Form } {
  const input = readForm(WiringForm, body)
  // A password never goes back into a page.
  if ('form' in input) return { form: { ...input.form, values: { ...input.form.values, mail_password: '' } } }
  const { data } = input
  const errors: Form['errors'] = {}
  const hosts = readHosts(data.hosts)
  if (hosts === null) errors.hosts = 'bridges.hosts.wrong'
  for (const field of ['source_url', 'push_url'] as const) {
    const why = data[field] === '' ? null : whyNotCall(data[field], hosts ?? [])
    if (why) errors[field] = whys[why]
  }
  if (data.mail_host !== '' && (readHosts(data.mail_host)?.length !== 1 || data.mail_host.includes(':')))
    errors.mail_host = 'bridges.hosts.wrong'
  if (data.mail_host !== '' && data.mail_user === '') errors.mail_user = 'form.missing'
  if (hosts === null || Object.keys(errors).length > 0)
    return { form: { values: { ...typed(body), mail_password: '' }, errors } }
  return {
    wiring: {
      hosts,
      sourceUrl: data.source_url.replace(/\/+$/, ''),
      pushUrl: data.push_url,
      mail: data.mail_host === '' ? null : { host: data.mail_host, port: data.mail_port, user: data.mail_user },
      mailPassword: data.mail_password === '' ? null : data.mail_password,
    },
  }
}
