import { sql } from 'kysely'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { type Locale, translator } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import { type Letterbox, tell } from '../../lib/outbox.ts'
import { notFound, Refusal } from '../../lib/refusal.ts'
import { secret, sha256 } from '../../lib/tokens.ts'

/** 有进展告诉我: an address that said yes itself is told when a public matter moves, and leaves by the link in every message. */

interface Wish {
  no: number
  channel: 'sms' | 'mail'
  address: string
  locale: Locale
}

/** Nobody is written to again within this time: an address typed by somebody else must not be flooded. */
const dayLong = 86_400_000

/** Asks the address whether it wants this. The answer is the same whatever was there before: it tells nothing about an address. */
export async function askToSubscribe(
  db: Db,
  letterbox: Letterbox,
  { no, channel, address, locale }: Wish,
  at: Date,
): Promise<void> {
  const { vault, communityId, home } = letterbox
  await db.transaction().execute(async (trx) => {
    const issue = await trx
      .selectFrom('issues')
      .select(['id', 'title'])
      .where('no', '=', no)
      .where('published_at', 'is not', null)
      .executeTakeFirstOrThrow(notFound)
    const token = secret()
    const fresh = {
      token_sha256: sha256(token),
      token_sealed: vault.seal(communityId, token),
      locale,
      asked_at: at,
      left_at: null,
      confirmed_at: null,
    }
    const asked = await trx
      .insertInto('subscriptions')
      .values({
        issue_id: issue.id,
        channel,
        address_hmac: Buffer.from(vault.sign(`subscription ${communityId} ${address}`)),
        to_sealed: vault.seal(communityId, address),
        ...fresh,
      })
      .onConflict((oc) =>
        oc
          .columns(['community_id', 'issue_id', 'address_hmac'])
          .doUpdateSet(fresh)
          .where('subscriptions.asked_at', '<', new Date(at.getTime() - dayLong))
          .where((eb) =>
            eb.or([eb('subscriptions.confirmed_at', 'is', null), eb('subscriptions.left_at', 'is not', null)]),
          ),
      )
      .returning('id')
      .executeTakeFirst()
    if (!asked) return
    const body = translator(locale)('tell.subscribe', { title: issue.title, link: `${home}/subscriptions/${token}` })
    await tell(trx, letterbox, { dedupKey: `subscribe:${asked.id}:${at.getTime()}`, channel, phone: address, body })
    await journal(trx, {
      subject: { kind: 'issue', id: issue.id, no },
      verb: 'issue.followed',
      by: {},
      at,
      particulars: { channel },
    })
  })
}

export async function subscriptionBy(db: Db, token: string) {
  return db
    .selectFrom('subscriptions')
    .innerJoin('issues', 'issues.id', 'issue_id')
    .select(['subscriptions.id', 'issues.no', 'title', 'channel', 'confirmed_at', 'left_at'])
    .where('token_sha256', '=', sha256(token))
    .where('published_at', 'is not', null)
    .executeTakeFirstOrThrow(notFound)
}

/** A link that is only looked at changes nothing: mail programs open links by themselves. */
export async function confirmSubscription(db: Db, token: string, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const of = await trx
      .selectFrom('subscriptions')
      .innerJoin('issues', 'issues.id', 'issue_id')
      .select(['subscriptions.id', 'issue_id', 'issues.no', 'channel', 'confirmed_at'])
      .where('token_sha256', '=', sha256(token))
      .where('left_at', 'is', null)
      .forUpdate('subscriptions')
      .executeTakeFirst()
    if (!of) throw new Refusal('subscriptions.over')
    if (of.confirmed_at) return
    await trx.updateTable('subscriptions').set({ confirmed_at: at }).where('id', '=', of.id).execute()
    await note(trx, of, 'issue.followConfirmed', at)
  })
}

/** Doing it twice is doing it once. The address is forgotten with it. */
export async function endSubscription(db: Db, token: string, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const of = await trx
      .selectFrom('subscriptions')
      .innerJoin('issues', 'issues.id', 'issue_id')
      .select(['subscriptions.id', 'issue_id', 'issues.no', 'channel', 'left_at'])
      .where('token_sha256', '=', sha256(token))
      .forUpdate('subscriptions')
      .executeTakeFirstOrThrow(notFound)
    if (of.left_at) return
    await trx.updateTable('subscriptions').set({ left_at: at }).where('id', '=', of.id).execute()
    await note(trx, of, 'issue.unfollowed', at)
  })
}

/** That somebody follows, never who: an address is in no line. */
const note = (
  trx: Trx,
  { issue_id, no, channel }: { issue_id: number; no: number; channel: string },
  verb: string,
  at: Date,
) => journal(trx, { subject: { kind: 'issue', id: issue_id, no }, verb, by: {}, at, particulars: { channel } })

/** Tells whoever follows these matters that something happened; what, stands on the public page. Unpublished: nobody. */
export async function tellFollowers(
  trx: Trx,
  letterbox: Letterbox,
  issueIds: readonly number[],
  about: string,
): Promise<void> {
  if (issueIds.length === 0) return
  const { vault, communityId, home } = letterbox
  const followers = await trx
    .selectFrom('subscriptions as s')
    .innerJoin('issues as i', 'i.id', 's.issue_id')
    .select(['s.id', 's.channel', 's.to_sealed', 's.token_sealed', 's.locale', 'i.no', 'i.title'])
    .where(sql<boolean>`(i.id = any(${issueIds}) or i.merged_into = any(${issueIds}))`)
    .where('i.published_at', 'is not', null)
    .where('s.confirmed_at', 'is not', null)
    .where('s.left_at', 'is', null)
    .execute()
  for (const one of followers) {
    const leave = `${home}/subscriptions/${vault.open(communityId, one.token_sealed)}`
    const body = translator(one.locale)('tell.followed', { title: one.title, link: `${home}/issues/${one.no}`, leave })
    const phone = vault.open(communityId, one.to_sealed)
    await tell(trx, letterbox, { dedupKey: `${about}:follower:${one.id}`, channel: one.channel, phone, body })
  }
}
