import { join } from 'node:path'
import type { Db } from '../../lib/db/schema.ts'
import type { Egress } from '../../lib/egress.ts'
import { ingestImage } from '../../lib/http/uploads.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { Refusal } from '../../lib/refusal.ts'
import { fingerprintOf, secondsToWait, seenBefore } from '../inbox/store.ts'
import { keepPhoto } from '../photos/store.ts'
import { takeOne } from '../webhooks/store.ts'
import { openFolder } from './folder.ts'
import { openImap } from './imap.ts'
import { readLetter } from './letters.ts'
import { type Letter, type Mailbox, NoMail } from './mailbox.ts'

interface Source {
  id: number
  key: string
  hosts: string[]
  per_hour: number
  mail: Record<string, unknown>
  mail_sealed: Buffer | null
}

interface Means {
  egress: Egress
  dataDir: string | undefined
}

/** Brings the letters of a bridge's mailbox into the inbox, each once. Gives how many came, or why none could. */
export async function readMailbox(db: Db, letterbox: Letterbox, means: Means, source: Source, at: Date) {
  let mailbox: Mailbox
  try {
    mailbox = await openMailbox(letterbox, means, source)
  } catch (error) {
    if (error instanceof NoMail) return { trouble: error.why }
    throw error
  }
  let came = 0
  try {
    for await (const letter of mailbox.letters()) {
      const taken = await takeLetter(db, letterbox, source, letter, at)
      if (taken === 'wait') return { came, more: true }
      await letter.settle()
      if (taken === 'new') came++
    }
  } finally {
    await mailbox.close()
  }
  return { came, more: false }
}

async function openMailbox({ vault, communityId }: Letterbox, { egress, dataDir }: Means, source: Source) {
  const { host, port, user } = source.mail as { host?: string; port?: number; user?: string }
  if (host === undefined) {
    if (dataDir === undefined) throw new NoMail('failed')
    return openFolder(join(dataDir, 'mailboxes', source.key))
  }
  const password = source.mail_sealed ? vault.open(communityId, source.mail_sealed) : ''
  return openImap(egress, { host, port: port ?? 993, user: user ?? '', password }, source.hosts)
}

/** One letter; what is too fast for the bridge stays in the mailbox until the next round. */
async function takeLetter(db: Db, letterbox: Letterbox, source: Source, letter: Letter, at: Date) {
  const { arrival, pictures } = await readLetter(letter)
  if ((await seenBefore(db, source.id, [fingerprintOf(arrival)])).size > 0) return 'known'
  const photoKey = await firstPicture(db, pictures, at)
  return db.transaction().execute(async (trx) => {
    if ((await secondsToWait(trx, source, at)) > 0) return 'wait'
    const { known } = await takeOne(trx, letterbox, source.id, { ...arrival, ...(photoKey && { photoKey }) }, at)
    return known ? 'known' : 'new'
  })
}

/** The first that is one, through the one way in for pictures; where none is, the letter counts without. */
async function firstPicture(db: Db, pictures: readonly Buffer[], at: Date): Promise<string | null> {
  for (const bytes of pictures.slice(0, 5)) {
    try {
      return await keepPhoto(db, await ingestImage(bytes), at)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }
  return null
}
