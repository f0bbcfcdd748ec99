import type { FastifyRequest } from 'fastify'
import { workingDaysLeft } from '../../lib/calendar.ts'
import { blank, type Form, filled } from '../../lib/http/forms.ts'
import { type Clerk, categories } from '../issues/rules.ts'
import type { revealContact } from './contact.ts'
import { filingOnDesk, type Offers, offersFor } from './reads.ts'
import { filingNumber, maskPhone, reasons, whyNotDecide } from './rules.ts'

/** One filing as the desk decides about it. */

type OnDesk = Omit<
  Awaited<ReturnType<typeof filingOnDesk>>,
  'pairs' | 'phone_sealed' | 'code_sealed' | 'code_sha256' | 'surname'
>
type Contact = Awaited<ReturnType<typeof revealContact>>

export interface OneFiling {
  filing: OnDesk
  number: string
  left: number
  /** Her phone with stars in it; empty: she left none. */
  masked: string
  /** Whether there is anything to reveal: a phone, a name, a door. */
  reachable: boolean
  /** What a member of the staff has just been shown, with a line in the access log. */
  contact: Contact | null
  offers: Offers
  /** She asked for a matter by a number there is none of. */
  noSuch: boolean
  mayDecide: boolean
  reasons: typeof reasons
  categories: typeof categories
  form: Form
  /** Which of the forms is the one with the error. */
  opened: Opened
  /** It stands beside the list, and deciding leads back there. */
  beside: boolean
}

/** The box that a saying of each act is for. */
const boxes = {
  question: 'question',
  referral: 'referral',
  refusal: 'kindly',
  merger: 'merged',
  reply: 'reply',
} as const

export type Opened = '' | 'acceptance' | 'merger' | 'question' | 'referral' | 'refusal' | 'reply' | 'move' | 'contact'

export interface Shown {
  into?: number | null
  /** The saying that goes into its box. */
  say?: number | null
  contact?: Contact
  form?: Form
  opened?: Opened
}

/** What the record shows to this clerk: the words, what is like them, and the form with what was typed. */
export async function recordOf(
  req: FastifyRequest<{ Params: { no: number } }>,
  {
    into = null,
    say = null,
    contact,
    form: given = blank,
    opened: wrong = '',
    clerk,
    at,
  }: Shown & { clerk: Clerk; at: Date },
): Promise<OneFiling> {
  const { vault, communityId } = req.letterbox
  const {
    phone_sealed,
    pairs,
    code_sealed: _,
    code_sha256: __,
    surname,
    ...filing
  } = await filingOnDesk(req.db, req.params.no)
  const mayDecide = whyNotDecide(filing.state, filing.state, clerk.chair) === null
  const offers = await offersFor(req.db, {
    spoken: mayDecide ? { words: filing.words, building: filing.building, pairs } : null,
    into,
  })
  const saying = offers.templates.find(({ id }) => id === say)
  const form = saying ? filled({ [boxes[saying.act]]: saying.words }) : given
  const opened = saying?.act ?? wrong
  return {
    filing,
    number: filingNumber(req.community.prefix, filing.filed_at, filing.no),
    left: workingDaysLeft(filing.due_on, at),
    masked: phone_sealed ? maskPhone(vault.open(communityId, phone_sealed)) : '',
    reachable: phone_sealed !== null || surname !== '' || filing.household_id !== null,
    contact: contact ?? null,
    offers,
    noSuch: into !== null && offers.into === null,
    mayDecide,
    reasons,
    categories,
    form,
    opened,
    beside: false,
  }
}
