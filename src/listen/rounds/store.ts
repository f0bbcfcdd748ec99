import { shanghaiDay } from '../../lib/calendar.ts'
import type { Db } from '../../lib/db/schema.ts'
import { journal } from '../../lib/journal.ts'
import { notFound, Refusal, refuseIf } from '../../lib/refusal.ts'
import { doorsOfStretches } from './reads.ts'
import { type Stretch, whyNotEnd, whyNotGive } from './rules.ts'

interface NewRound {
  key: string
  name: string
  endsOn: string
  /** One of the two. */
  personId: number | null
  teamId: number | null
  stretches: readonly Stretch[]
  unheard: boolean
}

/** Gives doors to a volunteer or a team. The form sent twice gives them once. */
export async function giveRound(db: Db, round: NewRound, by: { personId: number }, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const doors = await doorsOfStretches(trx, round, at)
    refuseIf(whyNotGive(doors.length, round.endsOn, shanghaiDay(at)))
    const who = await trx
      .selectFrom('person_roles')
      .select('person_id')
      .where('person_id', '=', round.personId ?? 0)
      .where('role', 'in', ['volunteer', 'staff', 'chair'])
      .executeTakeFirst()
    const team = await trx
      .selectFrom('teams')
      .select('id')
      .where('id', '=', round.teamId ?? 0)
      .executeTakeFirst()
    if (!who && !team) throw new Refusal('rounds.who.missing')
    const row = await trx
      .insertInto('rounds')
      .values({
        key: round.key,
        name: round.name,
        ends_on: round.endsOn,
        person_id: round.personId,
        team_id: round.teamId,
        created_by: by.personId,
        created_at: at,
      })
      .onConflict((oc) => oc.columns(['community_id', 'key']).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!row) return
    await trx
      .insertInto('round_doors')
      .values(doors.map(({ id }) => ({ round_id: row.id, household_id: id })))
      .execute()
    await journal(trx, {
      subject: { kind: 'round', id: row.id },
      verb: 'round.given',
      by,
      at,
      particulars: { name: round.name, doors: doors.length },
    })
  })
}

/** Ends a round before its day: its doors leave the phones at their next visit. */
export async function endRound(db: Db, key: string, by: { personId: number }, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const round = await trx
      .selectFrom('rounds')
      .select(['id', 'name', 'closed_at'])
      .where('key', '=', key)
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    refuseIf(whyNotEnd(round))
    await trx.updateTable('rounds').set({ closed_at: at, closed_by: by.personId }).where('id', '=', round.id).execute()
    await journal(trx, {
      subject: { kind: 'round', id: round.id },
      verb: 'round.ended',
      by,
      at,
      particulars: { name: round.name },
    })
  })
}
