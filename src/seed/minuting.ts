import { randomUUID } from 'node:crypto'
import { answerForSeat, objectToMinutes, replyToObjection } from '../resolve/minutes/answers.ts'
import { archiveMinutes, publishMinutes, sendMinutes } from '../resolve/minutes/steps.ts'
import { drawUp, editPart } from '../resolve/minutes/store.ts'
import type { Meeting, SeatKey } from './story/kinds.ts'
import { known, type Moment, type Tale } from './tale.ts'
import { days, later, minutes, type When } from './when.ts'

/** 会议纪要 of an evening: how far they have come, and what was said against them. */

const desk = '孙莉'
const chair = '周敏'
const by = (tale: Tale, name: string) => ({ personId: known(tale.people, name) })

export function minutesMoments(when: When, meeting: Meeting, over: Date, no: () => number): Moment[] {
  const { minutes: story } = meeting
  if (!story) return []
  const drawn = later(over, minutes(35))
  const moments: Moment[] = [
    { at: drawn, happens: (tale) => drawUp(tale.db, no(), tale.community, by(tale, desk), drawn) },
  ]
  for (const [nth, text] of story.edits ?? []) {
    const at = later(drawn, minutes(20 + nth))
    const edit = () => ({ meetingNo: no(), nth, text, seen: 1 })
    moments.push({ at, happens: (tale) => editPart(tale.db, edit(), by(tale, desk), at) })
  }
  if (story.sentAgo === undefined) return moments

  const sent = when.ago(story.sentAgo, '10:00')
  moments.push({ at: sent, happens: (tale) => sendMinutes(tale.db, no(), by(tale, desk), sent) })
  for (const [i, seat] of (story.confirmed ?? []).entries()) {
    const at = later(sent, days(1) + minutes(40 * i))
    moments.push({ at, happens: (tale) => confirm(tale, meeting, no(), seat, at) })
  }
  // Four days on: those who have said nothing by then are not confirmed.
  const published = later(sent, days(4))
  moments.push({ at: published, happens: (tale) => publishMinutes(tale.db, no(), by(tale, chair), published) })
  for (const [i, { door, words, reply }] of (story.objections ?? []).entries()) {
    const at = later(published, days(1) + minutes(30 * i))
    const said = (tale: Tale) => ({
      meetingNo: no(),
      key: randomUUID(),
      words,
      householdId: known(tale.doors, door),
      recordedBy: null,
    })
    moments.push({ at, happens: (tale) => objectToMinutes(tale.db, said(tale), {}, at) })
    if (!reply) continue
    const answered = later(at, days(1))
    moments.push({
      at: answered,
      async happens(tale) {
        const { id } = await tale.trx
          .selectFrom('minutes_objections')
          .select('id')
          .orderBy('id', 'desc')
          .where('words', '=', words)
          .executeTakeFirstOrThrow()
        await replyToObjection(tale.db, { meetingNo: no(), id, ...reply }, by(tale, chair), answered)
      },
    })
  }
  if (story.archivedAgo === undefined) return moments
  const archived = when.ago(story.archivedAgo, '16:00')
  moments.push({ at: archived, happens: (tale) => archiveMinutes(tale.db, no(), by(tale, desk), archived) })
  return moments
}

async function confirm(tale: Tale, meeting: Meeting, meetingNo: number, seat: SeatKey, at: Date): Promise<void> {
  const { text_sha256: sha } = await tale.trx
    .selectFrom('minutes')
    .innerJoin('meetings', 'meetings.id', 'minutes.meeting_id')
    .select('text_sha256')
    .where('meetings.no', '=', meetingNo)
    .executeTakeFirstOrThrow()
  const answer = { meetingNo, seatId: known(tale.seats, seat), answer: 'confirmed', words: '', sha: sha ?? '' } as const
  await answerForSeat(tale.db, answer, by(tale, meeting.seats[seat]?.[0] ?? ''), at)
}
