import type { Db, Trx } from '../../lib/db/schema.ts'
import { dates } from '../../lib/http/format.ts'
import { type T, translator } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import { type Letterbox, tell } from '../../lib/outbox.ts'
import { refuseIf } from '../../lib/refusal.ts'
import { whyNotCallOff, whyNotChange } from './rules.ts'
import { lockGathering, type Person } from './store.ts'
import { giveFreePlaces } from './waiting.ts'

/** 改期、取消: an invitation that changes. Whoever signed up and left a way to reach her is told once. */

export interface Change {
  heldAt: Date
  place: string
  places: number | null
  /** The version her page showed: of two who change it in one moment the second is told. */
  seen: number
}

/** Another time, place or number of places. Who waits gets the places that are new. The same change again is none. */
export async function changeGathering(
  db: Db,
  letterbox: Letterbox,
  no: number,
  change: Change,
  by: Person,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const gathering = await lockGathering(trx, no)
    const { heldAt, place, places, seen } = change
    const moved = heldAt.getTime() !== gathering.held_at.getTime() || place !== gathering.place
    if (!moved && places === gathering.places) return
    refuseIf(whyNotChange(gathering) ?? (seen === gathering.rev ? null : 'gatherings.changedMeanwhile'))
    const rev = gathering.rev + 1
    await trx
      .updateTable('gatherings')
      .set({ held_at: heldAt, place, places, rev, ...(moved && { moved_at: at }) })
      .where('id', '=', gathering.id)
      .execute()
    await journal(trx, {
      subject: { kind: 'gathering', id: gathering.id, no },
      verb: moved ? 'gathering.moved' : 'gathering.places',
      by,
      at,
      was: `${dates.zh.dayTime(gathering.held_at)} ${gathering.place}`,
      became: `${dates.zh.dayTime(heldAt)} ${place}`,
      particulars: { places: places ?? 0 },
    })
    if (moved) {
      await tellList(trx, letterbox, gathering.id, `moved:${rev}`, (t, locale, key) => {
        const link = `${letterbox.home}/gatherings/${no}/signups/${key}`
        const when = dates[locale].dayTime(heldAt)
        return t('tell.gatheringMoved', { title: gathering.title, when, place, link })
      })
    }
    await giveFreePlaces(trx, letterbox, { ...gathering, places }, at)
  })
}

/** It does not take place, and everybody reads why. Numbers that were left for this evening go. Twice is once. */
export async function callOffGathering(
  db: Db,
  letterbox: Letterbox,
  no: number,
  why: string,
  by: Person,
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const gathering = await lockGathering(trx, no)
    if (gathering.called_off_at) return
    const { lines } = await trx
      .selectFrom('gathering_lines')
      .select((eb) => eb.fn.countAll<number>().as('lines'))
      .where('gathering_id', '=', gathering.id)
      .where('gone', 'is', null)
      .executeTakeFirstOrThrow()
    refuseIf(whyNotCallOff(gathering, Number(lines)))
    const off = { called_off_at: at, called_off_by: by.personId, called_off_why: why }
    await trx.updateTable('gatherings').set(off).where('id', '=', gathering.id).execute()
    await tellList(trx, letterbox, gathering.id, 'calledoff', (t, locale) =>
      t('tell.gatheringOff', { title: gathering.title, when: dates[locale].dayTime(gathering.held_at), why }),
    )
    await trx
      .updateTable('gathering_signups')
      .set({ phone_sealed: null })
      .where('gathering_id', '=', gathering.id)
      .execute()
    const subject = { kind: 'gathering' as const, id: gathering.id, no }
    await journal(trx, { subject, verb: 'gathering.calledOff', by, at, particulars: { why } })
  })
}

/** Everybody on the list, with a place or waiting for one, who left a number and has not signed off. */
async function tellList(
  trx: Trx,
  letterbox: Letterbox,
  gatheringId: number,
  about: string,
  say: (t: T, locale: 'zh' | 'en', key: string) => string,
): Promise<void> {
  const list = await trx
    .selectFrom('gathering_signups')
    .select(['id', 'key', 'phone_sealed', 'locale'])
    .where('gathering_id', '=', gatheringId)
    .where('withdrawn_at', 'is', null)
    .where('phone_sealed', 'is not', null)
    .orderBy('id')
    .execute()
  for (const { id, key, phone_sealed: sealed, locale } of list) {
    if (!sealed) continue
    await tell(trx, letterbox, {
      dedupKey: `${about}:${id}`,
      phone: letterbox.vault.open(letterbox.communityId, sealed),
      body: say(translator(locale), locale, key),
    })
  }
}
