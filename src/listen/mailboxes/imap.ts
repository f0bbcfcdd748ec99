import { ImapFlow } from 'imapflow'
import { type Egress, NoWayOut } from '../../lib/egress.ts'
import { largestLetter, type Mailbox, mostLetters, NoMail } from './mailbox.ts'

export interface Account {
  host: string
  port: number
  user: string
  password: string
  /** TLS from the first byte; left out: on the port that is kept for it. */
  secure?: boolean
}

const secured = 993

/** An inbox on a mail server: letters nobody has seen are taken, and then count as seen. */
export async function openImap(egress: Egress, account: Account, hosts: readonly string[]): Promise<Mailbox> {
  const vouched = hosts.includes(account.host) || hosts.includes(`${account.host}:${account.port}`)
  const address = await egress.addressOf(account.host, vouched ? [account.host] : []).catch((error: unknown) => {
    throw error instanceof NoWayOut ? new NoMail(error.why) : error
  })
  const { secure = account.port === secured } = account
  const client = new ImapFlow({
    // The address that was looked at; the name stays for the certificate.
    host: address,
    servername: account.host,
    ...(egress.ca && { tls: { ca: egress.ca } }),
    port: account.port,
    secure,
    // A password does not travel in the open, except to a host that an administrator vouches for.
    ...(!secure && !vouched && { doSTARTTLS: true }),
    auth: { user: account.user, pass: account.password },
    logger: false,
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 15_000,
  })
  // Without a listener a line that breaks would end the process.
  client.on('error', () => {})
  await client
    .connect()
    .then(() => client.mailboxOpen('INBOX'))
    .catch(() => {
      client.close()
      throw new NoMail('failed')
    })
  return {
    async *letters() {
      const unseen = (await client.search({ seen: false }, { uid: true })) || []
      for (const uid of unseen.slice(0, mostLetters)) {
        const head = await client.fetchOne(String(uid), { size: true }, { uid: true })
        if (!head) continue
        const large = (head.size ?? 0) > largestLetter
        const whole = large ? null : await client.fetchOne(String(uid), { source: true }, { uid: true })
        yield {
          name: String(uid),
          bytes: whole ? (whole.source ?? null) : null,
          settle: async () => void (await client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true })),
        }
      }
    },
    async close() {
      await client.logout().catch(() => client.close())
    },
  }
}
