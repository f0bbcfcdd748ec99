import type { Db, Trx } from '../../lib/db/schema.ts'
import { type Locale, translator } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import { type Letterbox, tell } from '../../lib/outbox.ts'
import { refuseIf } from '../../lib/refusal.ts'
import { takeFiling, trackingLink } from '../filings/store.ts'
import { whyNotNote } from './rules.ts'
import { lockGathering, type Person } from './store.ts'

/** 散会: every line that was not struck out becomes a filing, and whoever can be reached gets her own words back. */

/** Ends the note-taking; once. */
export async function closeGathering(
  db: Db,
  letterbox: Letterbox,
  no: number,
  by: Person,
  at: Date,
  locale: Locale = 'zh',
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const gathering = await lockGathering(trx, no)
    if (gathering.closed_at) return
    refuseIf(whyNotNote(gathering))
    const said = await linesToFile(trx, gathering.id)
    const messages = new Map<number, { phone: string; locale: Locale; lines: { words: string; code: string }[] }>()
    for (const line of said) {
      const phone = line.phone_sealed ? letterbox.vault.open(letterbox.communityId, line.phone_sealed) : ''
      const filing = await takeFiling(
        trx,
        letterbox,
        {
          channel: 'gather',
          words: line.words,
          place: '',
          buildingId: line.building_id,
          householdId: line.household_id,
          surname: '',
          nameShown: false,
          phone,
          locale: line.locale ?? locale,
          gatheringId: gathering.id,
          recordedBy: line.noted_by,
          toldElsewhere: true,
        },
        by,
        at,
      )
      await trx.updateTable('gathering_lines').set({ filing_id: filing.id }).where('id', '=', line.id).execute()
      if (line.signup_id === null || phone === '') continue
      const message = messages.get(line.signup_id) ?? { phone, locale: line.locale ?? locale, lines: [] }
      message.lines.push({ words: line.words, code: filing.code })
      messages.set(line.signup_id, message)
    }
    for (const [signup, message] of messages) {
      const t = translator(message.locale)
      const lines = message.lines.map(({ words, code }) =>
        t('tell.gathered.line', { words, link: trackingLink(letterbox, code) }),
      )
      const body = t('tell.gathered', { title: gathering.title, n: lines.length, lines: lines.join('\n') })
      await tell(trx, letterbox, { dedupKey: `gathered:${signup}`, phone: message.phone, body })
    }
    // A number was left for this evening; where something was said the filing has it now.
    await trx
      .updateTable('gathering_signups')
      .set({ phone_sealed: null })
      .where('gathering_id', '=', gathering.id)
      .execute()
    await trx
      .updateTable('gatherings')
      .set({ closed_at: at, closed_by: by.personId })
      .where('id', '=', gathering.id)
      .execute()
    await journal(trx, {
      subject: { kind: 'gathering', id: gathering.id, no },
      verb: 'gathering.closed',
      by,
      at,
      particulars: { filings: said.length },
    })
  })
}

const linesToFile = (trx: Trx, gatheringId: number) =>
  trx
    .selectFrom('gathering_lines as l')
    .leftJoin('gathering_signups as s', (join) =>
      join.onRef('s.id', '=', 'l.signup_id').on('s.withdrawn_at', 'is', null),
    )
    .leftJoin('households as h', 'h.id', 's.household_id')
    .select(['l.id', 'l.words', 'l.noted_by', 'l.signup_id', 's.phone_sealed', 's.locale', 's.household_id'])
    .select('h.building_id')
    .where('l.gathering_id', '=', gatheringId)
    .where('l.gone', 'is', null)
    .orderBy('l.nth')
    .execute()
