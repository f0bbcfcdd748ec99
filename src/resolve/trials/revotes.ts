import { sql } from 'kysely'
import { askAgain } from '../../agenda/items/again.ts'
import { shanghaiDay } from '../../lib/calendar.ts'
import type { Db, Trx } from '../../lib/db/schema.ts'
import { translator } from '../../lib/i18n.ts'
import { journal } from '../../lib/journal.ts'
import type { Letterbox } from '../../lib/outbox.ts'
import { tellFilers } from '../../listen/filings/store.ts'
import { dayInFull } from '../minutes/wording.ts'
import { linkedIssueIds } from '../resolutions/linked.ts'
import { endOf } from './rules.ts'
import { lockTrial } from './store.ts'

/**
 * By the clock: a trial whose last day is over is put to the vote again, and once that vote is declared, or nobody held it
 * in time, the trial ends. However often this runs, and however many run it at once, each happens once: the trial's row
 * is the lock.
 */
export async function tendTrials(db: Db, letterbox: Letterbox, at: Date): Promise<void> {
  const over = await db
    .selectFrom('trials')
    .innerJoin('resolutions', 'resolutions.id', 'trials.resolution_id')
    .where('ended_at', 'is', null)
    .where('ends_on', '<', shanghaiDay(at))
    .select('resolutions.no')
    .orderBy('resolutions.no')
    .execute()
  for (const { no } of over) {
    await db.transaction().execute(async (trx) => {
      const trial = await lockTrial(trx, no)
      if (trial.ended_at) return
      if (trial.asked_at === null) await putAgain(trx, letterbox, trial, at)
      else await end(trx, letterbox, trial, at)
    })
  }
}

type Trial = Awaited<ReturnType<typeof lockTrial>>

/** 试行到期复议: the same matter again, with what was measured in the background, ready for the next meeting. */
async function putAgain(trx: Trx, letterbox: Letterbox, trial: Trial, at: Date): Promise<void> {
  const before = await trx
    .selectFrom('agenda_items')
    .where('id', '=', trial.decided_item)
    .select('title')
    .executeTakeFirstOrThrow()
  const t = translator('zh')
  const item = await askAgain(
    trx,
    {
      itemId: trial.decided_item,
      title: t('trials.again.title', { title: shortened(before.title, 66) }),
      question: t('trials.again.question', { text: shortened(trial.text, 100) }),
      background: await whatWasMeasured(trx, trial),
      author: trial.made_by,
    },
    at,
  )
  if (!item) return
  await trx
    .updateTable('trials')
    .set({ item_id: item.id, asked_at: at })
    .where('resolution_id', '=', trial.resolution_id)
    .execute()
  await tell(trx, letterbox, trial, 'over', at, { item: item.no, title: before.title })
}

async function whatWasMeasured(trx: Trx, trial: Trial): Promise<string> {
  const readings = await trx
    .selectFrom('trial_readings')
    .where('resolution_id', '=', trial.resolution_id)
    .select(['day', 'value'])
    .orderBy('day')
    .execute()
  const { ends_on: ends, metric, unit, target, no } = trial
  const t = translator('zh')
  const whole = t('trials.again.background', { ends: dayInFull(ends), metric, unit, target, no, n: readings.length })
  const last = readings.at(-1)
  return last ? `${whole}${t('trials.again.last', { day: dayInFull(last.day), value: last.value, unit })}` : whole
}

/** Too long a title or text makes way for the words around it; the whole stands on the resolution's own page. */
const shortened = (text: string, max: number): string => {
  const letters = [...text]
  return letters.length > max ? `${letters.slice(0, max - 1).join('')}…` : text
}

async function end(trx: Trx, letterbox: Letterbox, trial: Trial, at: Date): Promise<void> {
  const { rows } = await sql<{ outcome: 'passed' | 'rejected' | null; brought: boolean; title: string }>`
    select i.title,
      (select b.outcome from ballots b where b.item_id = i.id and b.closed_at is not null
        and b.reason is distinct from 'quorumLost' order by b.id desc limit 1) as outcome,
      exists (select from running_order o join meetings m on m.id = o.meeting_id
        where o.item_id = i.id and o.deferred_at is null and num_nonnulls(m.adjourned_at, m.aborted_at) = 0) as brought
    from agenda_items i where i.id = ${trial.item_id}`.execute(trx)
  const again = rows[0]
  const as = again && endOf({ endsOn: trial.ends_on }, again, at)
  if (!as) return
  await trx
    .updateTable('trials')
    .set({ ended_at: at, ended_as: as })
    .where('resolution_id', '=', trial.resolution_id)
    .execute()
  await tell(trx, letterbox, trial, as, at, { title: again.title })
}

/** A line of the resolution, for its owner and everybody, and a message to whoever spoke. */
async function tell(
  trx: Trx,
  letterbox: Letterbox,
  trial: Trial,
  what: 'over' | 'kept' | 'dropped' | 'lapsed',
  at: Date,
  particulars: Record<string, string | number>,
): Promise<void> {
  await journal(trx, {
    subject: { kind: 'resolution', id: trial.resolution_id, no: trial.no },
    verb: `resolution.trial_${what}`,
    by: {},
    at,
    particulars,
  })
  const issueIds = await linkedIssueIds(trx, trial.decided_item)
  await tellFilers(trx, letterbox, issueIds, `trial_${what}:${trial.resolution_id}`, `tell.trial.${what}`)
}
