import type { Trx } from '../../lib/db/schema.ts'
import type { MessageKey } from '../../lib/i18n.ts'
import { notFound } from '../../lib/refusal.ts'
import { gatesOf } from '../gates/reads.ts'
import { whyNotAssembly } from '../gates/rules.ts'
import { whyNotBring, whyNotVoteBy } from './rules.ts'
import { termsOf } from './store.ts'

/** Why this meeting may not have the item before it: not its kind's business, or a stage before it has not passed. */
export async function whyNotBringItem(
  trx: Trx,
  meetingId: number,
  item: { id: number; subject: string },
): Promise<MessageKey | null> {
  const terms = await termsOf(trx, meetingId)
  const why = whyNotBring(terms, item.subject)
  if (why || terms.gates.length === 0) return why
  return whyNotAssembly(await gatesOf(trx, item.id))
}

/** Why this meeting may not put the item to the vote by this rule. Its subject may have changed since it was placed. */
export async function whyNotDecide(
  trx: Trx,
  meetingId: number,
  itemId: number,
  rule: string,
): Promise<MessageKey | null> {
  const item = await trx
    .selectFrom('agenda_items')
    .where('id', '=', itemId)
    .select(['id', 'subject'])
    .executeTakeFirstOrThrow(notFound)
  const why = await whyNotBringItem(trx, meetingId, item)
  return why ?? whyNotVoteBy(await termsOf(trx, meetingId), item.subject, rule)
}
