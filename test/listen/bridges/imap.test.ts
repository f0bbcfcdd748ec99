import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createSecureServer, TLSSocket } from 'node:tls'
import t from 'tap'
import { createEgress } from '../../../src/lib/egress.ts'
import { openImap } from '../../../src/listen/mailboxes/imap.ts'
import { NoMail } from '../../../src/listen/mailboxes/mailbox.ts'
import { visitBridge } from '../../../src/listen/pulls/pulls.ts'
import { startTown } from '../../harness.ts'
import { arrivals, build, wire } from './help.ts'

/** As much of an IMAP server as a mailbox needs: letters by their place, seen or not. */
function imapServer(
  letters: { source: Buffer; seen: boolean }[],
  password: string,
  { pem, secure = false }: { pem?: string; secure?: boolean } = {},
) {
  const heard: string[] = []
  const talk = (socket: Socket, greets = true) => {
    socket.on('error', () => {})
    if (greets) socket.write('* OK ready\r\n')
    let typed = ''
    socket.on('data', (bytes) => {
      typed += bytes.toString('latin1')
      for (let end = typed.indexOf('\r\n'); end >= 0; end = typed.indexOf('\r\n')) {
        const line = typed.slice(0, end)
        typed = typed.slice(end + 2)
        answer(line)
      }
    })
    const answer = (line: string) => {
      const [tag = '', ...rest] = line.split(' ')
      const command = rest.join(' ')
      heard.push(command.replace(password, '***'))
      const say = (text: string | Buffer) => socket.write(text)
      const ok = () => say(`${tag} OK done\r\n`)
      const which = Number(/(?:FETCH|STORE) (\d+)/i.exec(command)?.[1] ?? 0)
      const letter = letters[which - 1]
      if (/^CAPABILITY/i.test(command)) say(`* CAPABILITY IMAP4rev1${pem && greets && !secure ? ' STARTTLS' : ''}\r\n`)
      else if (pem && /^STARTTLS/i.test(command)) {
        ok()
        socket.removeAllListeners('data')
        return talk(new TLSSocket(socket, { isServer: true, key: pem, cert: pem }), false)
      } else if (/^LOGIN/i.test(command) && !command.includes(`"${password}"`)) return say(`${tag} NO wrong\r\n`)
      else if (/^LIST/i.test(command)) say('* LIST () "/" INBOX\r\n')
      else if (/^SELECT/i.test(command))
        say(`* ${letters.length} EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 9] x\r\n* FLAGS (\\Seen)\r\n`)
      else if (/SEARCH/i.test(command))
        say(`* SEARCH ${letters.flatMap((one, at) => (one.seen ? [] : [at + 1])).join(' ')}\r\n`)
      else if (/STORE/i.test(command) && letter) letter.seen = true
      else if (/FETCH/i.test(command) && letter) {
        if (!/BODY/i.test(command)) say(`* ${which} FETCH (UID ${which} RFC822.SIZE ${letter.source.length})\r\n`)
        else {
          say(`* ${which} FETCH (UID ${which} BODY[] {${letter.source.length}}\r\n`)
          say(letter.source)
          say(')\r\n')
        }
      } else if (/^LOGOUT/i.test(command)) {
        say('* BYE\r\n')
        ok()
        return socket.end()
      }
      return ok()
    }
  }
  const server = secure
    ? createSecureServer({ key: pem, cert: pem }, (socket) => talk(socket)).on('tlsClientError', () => {})
    : createServer((socket) => talk(socket))
  return { server, heard }
}

const letter = (id: string, words: string) =>
  Buffer.from(
    `From: a@example.cn\r\nSubject: =?utf-8?B?${Buffer.from('门口').toString('base64')}?=\r\nMessage-ID: <${id}>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${words}\r\n`,
  )

t.test('letters come out of an IMAP inbox, each once', async (t) => {
  const letters = [
    { source: letter('1@x', '路灯不亮'), seen: false },
    { source: letter('2@x', '早看过了'), seen: true },
    { source: letter('3@x', '电梯坏了'), seen: false },
  ]
  const { server, heard } = imapServer(letters, 'geheim')
  server.listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const account = { host: 'mail.lan', port, user: 'ju', password: 'geheim' }
  const egress = createEgress(async () => ['127.0.0.1'])

  const refused = async (asked: Promise<unknown>) =>
    asked.then(
      () => 'in',
      (error: unknown) => (error instanceof NoMail ? error.why : String(error)),
    )
  t.equal(await refused(openImap(egress, account, [])), 'private', 'nobody vouches for it')
  t.equal(heard.length, 0, 'and so nobody called it')
  t.equal(await refused(openImap(egress, { ...account, password: 'wrong' }, ['mail.lan'])), 'failed')
  t.equal(await refused(openImap(egress, { ...account, port: 1 }, ['mail.lan'])), 'failed')

  const town = await startTown(t)
  const [shen, admin] = [await town.as('shen'), await town.as('admin')]
  const key = await build(shen, { kind: 'mailbox', name: '居委邮箱' })
  const wiring = { mail_host: 'mail.lan', mail_port: String(port), mail_user: 'ju', hosts: 'mail.lan' }
  await wire(admin, key, { ...wiring, mail_password: 'geheim' })
  await wire(admin, key, { ...wiring, mail_password: '' })
  t.notMatch((await admin.get(`/desk/bridges/${key}/wiring`)).body, 'geheim', 'a password never comes back into a page')
  const { mail_sealed } = await town.db
    .selectFrom('bridges')
    .select('mail_sealed')
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
  t.notOk(mail_sealed?.includes('geheim'))

  const letterbox = { communityId: town.community.id, vault: town.vault, home: '' }
  const means = { egress, dataDir: town.dataDir, clock: () => town.clock.now }
  await visitBridge(town.db, letterbox, means, key)
  t.same(
    (await arrivals(town)).map(({ words }) => words),
    ['门口\n路灯不亮', '门口\n电梯坏了'],
  )
  t.ok(
    letters.every(({ seen }) => seen),
    'what was taken counts as seen',
  )
  for (const one of letters) one.seen = false
  await visitBridge(town.db, letterbox, means, key)
  t.equal((await arrivals(town)).length, 3, 'what came before is known by its Message-ID')
  const bridge = await town.db
    .selectFrom('bridges')
    .select(['trouble', 'answered_at'])
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
  t.match(bridge, { trouble: '', answered_at: town.clock.now })
})

/** The port it listens on; null where it may not. */
function listenOn(server: Server, port: number): Promise<number | null> {
  return new Promise((done) => {
    server.once('error', () => done(null))
    server.listen(port, '127.0.0.1', () => done((server.address() as AddressInfo).port))
  })
}

for (const secure of [false, true]) {
  const how = secure ? 'from the first byte, as on port 993' : 'after a word in the open, as on port 143'
  t.test(`over TLS ${how}, and only to whom the certificate names`, async (t) => {
    const pem = await readFile(new URL('mail.lan.pem', import.meta.url), 'utf8')
    const letters = [{ source: letter('4@x', '门禁坏了'), seen: false }]
    const { server, heard } = imapServer(letters, 'geheim', { pem, secure })
    // Not everybody may listen on 993; elsewhere it has to be said.
    const port = (secure && (await listenOn(server, 993))) || (await listenOn(server, 0)) || 0
    t.teardown(() => server.close())
    const said = port === 993 ? {} : { secure }
    const open = (host: string, ca?: string) => {
      const egress = createEgress(async () => ['127.0.0.1'], ca)
      return openImap(egress, { host, port, user: 'ju', password: 'geheim', ...said }, [host])
    }
    await t.rejects(open('mail.lan'), new NoMail('failed'), 'nobody we know vouches for it')
    await t.rejects(open('other.lan', pem), new NoMail('failed'), 'the certificate is for another name')
    t.notOk(
      heard.some((line) => line.startsWith('LOGIN')),
      'and no password went anywhere',
    )
    if (secure) t.same(heard, [], 'nor anything else')
    const mailbox = await open('mail.lan', pem)
    for await (const { bytes, settle } of mailbox.letters()) {
      t.match(bytes?.toString(), '门禁坏了')
      await settle()
    }
    await mailbox.close()
    t.ok(letters[0]?.seen)
    if (!secure) t.match(heard, ['CAPABILITY', 'STARTTLS'], 'nothing but this in the open')
  })
}

t.test('the form of a mailbox says what is wrong with it', async (t) => {
  const town = await startTown(t)
  const [shen, admin] = [await town.as('shen'), await town.as('admin')]
  const at = `/desk/bridges/${await build(shen, { kind: 'mailbox', name: '邮箱' })}/wiring`
  for (const fields of [
    { mail_host: 'http://x/' },
    { mail_host: 'a b' },
    { mail_host: 'mail.example.cn' },
    { mail_host: 'm.example.cn', mail_user: 'x', mail_port: '99999' },
    { mail_host: 'm.example.cn', mail_user: 'x', mail_port: 'many' },
  ] as Record<string, string>[]) {
    const reply = await admin.post(at, { mail_password: 'geheim', ...fields })
    t.equal(reply.statusCode, 422, JSON.stringify(fields))
    t.notMatch(reply.body, 'geheim')
  }
})
