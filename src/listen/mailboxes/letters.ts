import { type ParsedMail, simpleParser } from 'mailparser'
import { translator } from '../../lib/i18n.ts'
import { sha256Hex } from '../../lib/tokens.ts'
import { type AsideReason, mostWords, type NewArrival, tidy, tidyLine } from '../inbox/rules.ts'
import type { Letter } from './mailbox.ts'

const t = translator('zh')

/** A letter as something that arrived, and the pictures that came with it. Never throws. */
export async function readLetter({
  name,
  bytes,
}: Pick<Letter, 'name' | 'bytes'>): Promise<{ arrival: NewArrival; pictures: Buffer[] }> {
  if (bytes === null) return { arrival: unread(t('mail.tooLarge'), `large ${name}`), pictures: [] }
  const sameAs = sha256Hex(bytes.toString('latin1'))
  const parsed = await simpleParser(bytes, {
    skipImageLinks: true,
    skipTextToHtml: true,
    maxHtmlLengthToParse: 1024 * 1024,
  }).catch(() => null)
  if (!parsed) return { arrival: unread(t('mail.unreadable'), sameAs), pictures: [] }
  const pictures = parsed.attachments
    .filter(({ contentType }) => /^image\//.test(contentType))
    .map(({ content }) => content)
  const subject = tidyLine(parsed.subject ?? '', 200)
  // The plain part; where there is none, the parser has made one of the HTML part.
  const body = tidy(parsed.text ?? '', mostWords - 300)
  const words = [subject, body].filter(Boolean).join('\n') || (pictures.length > 0 ? t('mail.pictureOnly') : '')
  const aside: AsideReason | null = isAutomatic(parsed) ? 'auto' : words === '' ? 'unreadable' : null
  const sender = parsed.from?.value[0]
  return {
    arrival: {
      externalNo: '',
      sameAs: parsed.messageId ?? sameAs,
      words: words || t('mail.empty'),
      place: '',
      category: null,
      name: tidyLine(sender?.name || sender?.address || '', 40),
      phone: '',
      saidAt: parsed.date && parsed.date.getUTCFullYear() > 2000 ? parsed.date : null,
      ...(aside && { aside }),
    },
    pictures: aside ? [] : pictures,
  }
}

const unread = (words: string, sameAs: string): NewArrival => ({
  externalNo: '',
  sameAs,
  words,
  place: '',
  category: null,
  name: '',
  phone: '',
  saidAt: null,
  aside: 'unreadable',
})

/** Answers of machines, bounces and mailing lists are nobody's voice (RFC 3834). */
function isAutomatic({ headers, from }: ParsedMail): boolean {
  const head = (name: string) => {
    const value = headers.get(name)
    return typeof value === 'string' ? value.toLowerCase() : ''
  }
  const submitted = head('auto-submitted')
  if (submitted !== '' && submitted !== 'no') return true
  if (/^(?:bulk|auto_reply|junk|list)$/.test(head('precedence'))) return true
  if (
    ['x-autoreply', 'x-autorespond', 'x-auto-response-suppress', 'x-failed-recipients'].some((name) =>
      headers.has(name),
    )
  )
    return true
  const type = headers.get('content-type') as { value?: string; params?: Record<string, string> } | undefined
  if (type?.value === 'multipart/report') return true
  const address = from?.value[0]?.address ?? ''
  return /^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply)@/i.test(address)
}
