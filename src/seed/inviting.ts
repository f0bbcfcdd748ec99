import { randomUUID } from 'node:crypto'
import { callOffGathering, changeGathering } from '../listen/gatherings/changes.ts'
import { signUp } from '../listen/gatherings/signups.ts'
import { openGathering } from '../listen/gatherings/store.ts'
import { reckonNow } from '../listen/questions/reckoning.ts'
import { addStatement, askQuestion } from '../listen/questions/store.ts'
import { type Invited, invitations } from './story/invitations.ts'
import { asked, camps } from './story/wide.ts'
import { chance, known, type Moment, pick, type Tale } from './tale.ts'
import { days, later, minutes, type When } from './when.ts'

/** 请出来、大家说: evenings people are invited to, and the question one of them will be about. */
export function invitingMoments(when: When): Moment[] {
  const begun = when.ago(6, '10:30')
  return [
    { at: begun, happens: (tale) => askEverybody(tale, begun) },
    ...invitations.flatMap((invited) => invitationMoments(when, invited)),
  ]
}

function invitationMoments(when: When, invited: Invited): Moment[] {
  const { title, place, by, doors, places = null, moved, calledOff } = invited
  const who = ({ people }: Tale) => ({ personId: known(people, by) })
  const heldAt = when.ago(-invited.held, invited.time)
  const at = when.ago(invited.announced, '10:00')
  let no = 0
  const moments: Moment[] = [
    {
      at,
      happens: async (tale) => {
        no = await openGathering(tale.db, { title, place, heldAt, places, announced: true }, who(tale), at)
      },
    },
  ]
  for (const [i, door] of doors.entries()) {
    const signed = later(at, minutes(40 * (i + 1)))
    const happens = (tale: Tale) => {
      const signup = {
        key: randomUUID(),
        householdId: known(tale.doors, door),
        name: '',
        phone: '',
        locale: 'zh' as const,
      }
      return signUp(tale.db, tale.letterbox, no, signup, signed)
    }
    moments.push({ at: signed, happens })
  }
  if (moved) {
    const on = when.ago(moved.ago, '16:30')
    const change = { heldAt: when.ago(-moved.held, moved.time), place, places, seen: 1 }
    moments.push({ at: on, happens: (tale) => changeGathering(tale.db, tale.letterbox, no, change, who(tale), on) })
  }
  if (calledOff) {
    const { ago, why } = calledOff
    const on = when.ago(ago, '17:00')
    moments.push({ at: on, happens: (tale) => callOffGathering(tale.db, tale.letterbox, no, why, who(tale), on) })
  }
  return moments
}

async function askEverybody(tale: Tale, at: Date): Promise<void> {
  const { title, lead, by, households, statements, waiting } = asked
  const who = { personId: known(tale.people, by) }
  const words = statements.map(([one]) => one)
  const question = { key: randomUUID(), title, lead, closesAt: later(at, days(14)), statements: words }
  const no = await askQuestion(tale.db, question, who, at)
  const { id } = await tale.trx.selectFrom('questions').select('id').where('no', '=', no).executeTakeFirstOrThrow()
  const rows = await tale.trx
    .selectFrom('question_statements')
    .select('id')
    .where('question_id', '=', id)
    .orderBy('id')
    .execute()
  const doors = pick('wide', [...tale.doors.values()], households)
  const voices = await tale.trx
    .insertInto('question_voices')
    .values(
      doors.map((door, i) => ({
        question_id: id,
        household_id: door,
        token_sha256: null,
        began_at: later(at, minutes(20 * i)),
      })),
    )
    .returning(['id', 'began_at'])
    .execute()
  // All at once: one by one the demonstration would take seconds longer to start.
  const answers = voices.flatMap((voice, i) => {
    const camp = camps[i % camps.length] as (typeof camps)[number]
    const next = chance(`wide ${i}`)
    return statements.flatMap(([, agree], at) => {
      const [met, sure, passes] = [next() < 0.85, next() < 0.88, next() < 0.08]
      const agrees = (agree as readonly string[]).includes(camp) === sure
      const opinion = passes ? 0 : agrees ? 1 : -1
      return met
        ? [{ voice_id: voice.id, statement_id: Number(rows[at]?.id), opinion, answered_at: voice.began_at }]
        : []
    })
  })
  await tale.trx.insertInto('question_answers').values(answers).execute()
  const neighbour = { householdId: Number(doors[0]), token: null }
  await addStatement(tale.db, no, { key: randomUUID(), words: waiting }, { voice: neighbour }, later(at, days(1)))
  await reckonNow(tale.trx, id, later(at, days(4)))
}
