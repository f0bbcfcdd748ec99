import type { Db, Trx } from '../../lib/db/schema.ts'
import { type By, journal } from '../../lib/journal.ts'
import { notFound, refuseIf } from '../../lib/refusal.ts'
import { type audiences, whyNotChange } from './rules.ts'

export interface Person {
  personId: number
}

export interface Invitation {
  title: string
  place: string
  heldAt: Date
  /** Whom it is for; left out: everybody. */
  audience?: (typeof audiences)[number]
  /** Ids of this community's buildings, for `buildings`. */
  buildings?: readonly number[]
  /** In words, for `group`: "家有老人的". */
  group?: string
  /** Left out: as many as come. */
  places?: number | null
  announced?: boolean
}

/** Opens a gathering and gives its number. The same one asked for twice, by a second press, is one. */
export async function openGathering(db: Db, invitation: Invitation, by: Person, at: Date): Promise<number> {
  const { title, place, heldAt, audience = 'all', buildings = [], group = '', places = null } = invitation
  return db.transaction().execute(async (trx) => {
    // Her own row is the queue: two presses of one button come one after the other.
    await trx
      .selectFrom('people')
      .select('id')
      .where('id', '=', by.personId)
      .forUpdate()
      .executeTakeFirstOrThrow(notFound)
    const same = await trx
      .selectFrom('gatherings')
      .select('no')
      .where('title', '=', title)
      .where('place', '=', place)
      .where('held_at', '=', heldAt)
      .where('created_by', '=', by.personId)
      .where('closed_at', 'is', null)
      .where('called_off_at', 'is', null)
      .executeTakeFirst()
    if (same) return same.no
    const { id, no } = await trx
      .insertInto('gatherings')
      .values({
        title,
        place,
        held_at: heldAt,
        audience,
        for_group: audience === 'group' ? group : '',
        places,
        announced_at: invitation.announced ? at : null,
        created_by: by.personId,
        created_at: at,
      })
      .returning(['id', 'no'])
      .executeTakeFirstOrThrow()
    if (audience === 'buildings' && buildings.length > 0) {
      const rows = buildings.map((building) => ({ gathering_id: id, building_id: building }))
      await trx.insertInto('gathering_buildings').values(rows).execute()
    }
    const subject = { kind: 'gathering' as const, id, no }
    await journal(trx, { subject, verb: 'gathering.opened', by, at, particulars: { title } })
    if (invitation.announced) await journal(trx, { subject, verb: 'gathering.announced', by, at })
    return no
  })
}

/** Invites people out, once: from now on it stands on the public page and they may sign up. */
export async function announceGathering(db: Db, no: number, by: By, at: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const gathering = await lockGathering(trx, no)
    if (gathering.announced_at || gathering.closed_at) return
    refuseIf(whyNotChange(gathering))
    await trx.updateTable('gatherings').set({ announced_at: at }).where('id', '=', gathering.id).execute()
    await journal(trx, { subject: { kind: 'gathering', id: gathering.id, no }, verb: 'gathering.announced', by, at })
  })
}

/** Whatever happens in a gathering stands in line here: numbers are given one after the other, and the close is the last. */
export async function lockGathering(trx: Trx, no: number) {
  return trx
    .selectFrom('gatherings')
    .select(['id', 'no', 'title', 'place', 'held_at', 'closed_at', 'announced_at', 'places', 'door_key'])
    .select(['rev', 'moved_at', 'called_off_at', 'called_off_why'])
    .where('no', '=', no)
    .forUpdate()
    .executeTakeFirstOrThrow(notFound)
}
