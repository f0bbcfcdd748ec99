import { shanghaiDay } from '../lib/calendar.ts'
import { makeResolution } from '../resolve/resolutions/making.ts'
import type { Actor } from '../resolve/resolutions/rules.ts'
import { addUpdate, claimDone, completeStep } from '../resolve/resolutions/store.ts'
import { answerRevisit } from '../resolve/revisits/store.ts'
import { readTrial } from '../resolve/trials/store.ts'
import type { Promised } from './story/kinds.ts'
import { known, type Moment, type Tale } from './tale.ts'
import { days, later, minutes, type When } from './when.ts'

/** 办 评: what was promised on an evening, how it was kept, and what those who had spoken said of it. */

/** `madeAt`: when the item ended; days after the meeting are counted from its evening. */
export function promiseMoments(
  when: When,
  evening: Date,
  madeAt: Date,
  promised: Promised,
  place: () => { meetingNo: number; itemNo: number },
): Moment[] {
  const made = { id: 0, no: 0 }
  const owner = (tale: Tale): Actor => ({
    personId: known(tale.people, promised.person),
    seatIds: [known(tale.seats, promised.seat)],
    roles: [],
  })
  // In the evening, but before the hour at which the next meeting would sit.
  const after = (n: number, minute = 0) => later(evening, days(n) - minutes(150 - minute))
  const dueOn = promised.dueAfter === 'overdue' ? when.lastWorkingDay() : shanghaiDay(after(promised.dueAfter))
  const moments: Moment[] = [
    {
      at: madeAt,
      async happens(tale) {
        const { text, steps, seat, person, trial } = promised
        const promise = {
          ...place(),
          text,
          seatId: known(tale.seats, seat),
          personId: known(tale.people, person),
          dueOn,
          steps: steps.map(({ title, weight = 1 }) => ({ title, weight })),
          trial: trial ? { ...trial, endsOn: shanghaiDay(after(trial.endsAfter)) } : null,
        }
        const chair = { personId: known(tale.people, '周敏') }
        Object.assign(made, await makeResolution(tale.db, tale.letterbox, promise, chair, madeAt))
      },
    },
  ]
  for (const [i, { done }] of promised.steps.entries()) {
    if (!done) continue
    const at = after(done[0])
    moments.push({
      at,
      async happens(tale) {
        const step = await tale.trx
          .selectFrom('steps')
          .select('id')
          .where('resolution_id', '=', made.id)
          .where('position', '=', i + 1)
          .executeTakeFirstOrThrow()
        await completeStep(tale.db, { no: made.no, stepId: step.id, evidence: done[1] }, owner(tale), at)
      },
    })
  }
  for (const [n, value, note = ''] of promised.trial?.readings ?? []) {
    const at = after(n, 5)
    const reading = { day: shanghaiDay(at), value, note }
    moments.push({ at, happens: (tale) => readTrial(tale.db, made.no, reading, owner(tale), at) })
  }
  for (const [n, words] of promised.updates ?? []) {
    const at = after(n, 10)
    moments.push({ at, happens: (tale) => addUpdate(tale.db, { no: made.no, words }, owner(tale), at) })
  }
  for (const [round, { after: n, evidence, answers = [] }] of (promised.claims ?? []).entries()) {
    const at = after(n, 20)
    const claim = (tale: Tale) => claimDone(tale.db, tale.letterbox, { no: made.no, evidence }, owner(tale), at)
    moments.push({ at, happens: claim })
    for (const [i, answer] of answers.entries()) {
      const answered = after(answer[0], 30 + i)
      moments.push({
        at: answered,
        async happens(tale) {
          const asked = await tale.trx
            .selectFrom('revisits')
            .select('id')
            .where('resolution_id', '=', made.id)
            .where('cycle', '=', round + 1)
            .orderBy('filing_id')
            .execute()
          const [, solved, satisfied, why = ''] = answer
          const revisitId = asked[i]?.id as number
          const { db, letterbox } = tale
          await answerRevisit(db, letterbox, { revisitId, solved, satisfied, why, way: 'link' }, null, answered)
        },
      })
    }
  }
  return moments
}
