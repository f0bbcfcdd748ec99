import { askFiler, declineFiling, referFiling } from '../listen/filings/decisions.ts'
import { withdrawFiling, writeToDesk } from '../listen/filings/thread.ts'
import { hear, type Noted, numberOf, saidAt } from './hearing.ts'
import { clerkFor } from './listening.ts'
import { type Waiting, waiting } from './story/waiting.ts'
import { clockTime, type Moment, type Tale } from './tale.ts'
import { later, minutes, type When } from './when.ts'

/** What lies on the desk, and what the desk said no to or sent elsewhere. */
export function waitingMoments(when: When): Moment[] {
  return waiting.flatMap((told, i) => {
    const noted: Noted = {}
    const at = cameIn(when, told, i)
    const moments: Moment[] = [
      { at, happens: async (tale) => Object.assign(noted, await hear(tale, told, told.place, at)) },
    ]
    if (told.state === 'submitted') return moments
    const decided = when.ago(told.ago - 1, '11:00')
    moments.push({ at: decided, happens: (tale) => decide(tale, told, noted, decided) })
    const answer = told.thread?.[1]
    if (answer) {
      const answered = later(decided, minutes(300))
      moments.push({ at: answered, happens: ({ trx }) => writeToDesk(trx, noted.code as string, answer, answered) })
    }
    return moments
  })
}

function cameIn(when: When, told: Waiting, i: number): Date {
  if (told.gathering) return saidAt(when, told, `waiting ${i}`)
  if (told.when === 'overdue') return when.justOverdue('16:10')
  return told.when === undefined ? when.ago(told.ago, clockTime(`waiting ${i}`, 9, 16)) : when.hoursAgo(told.when)
}

async function decide(tale: Tale, told: Waiting, noted: Noted, at: Date): Promise<void> {
  const no = await numberOf(tale, noted)
  const decision = { no, seen: 'submitted' as const, clerk: clerkFor(tale, told.words), at }
  const words = told.thread?.[0] ?? ''
  const { db, letterbox } = tale
  switch (told.state) {
    case 'need_info':
      return askFiler(db, letterbox, decision, words)
    case 'declined':
      return declineFiling(db, letterbox, decision, { reason: told.reason as string, words })
    case 'referred':
      return referFiling(db, letterbox, decision, { target: told.referredTo as string, words })
    case 'withdrawn':
      return withdrawFiling(tale.trx, noted.code as string, at)
  }
}
