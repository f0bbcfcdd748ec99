import type { Db } from '../../lib/db/schema.ts'
import { countCast } from '../owners/reads.ts'
import { type Cast, unitsOfRoll } from '../owners/roll.ts'
import { stillNeeded } from '../rules/explain-owners.ts'
import { decideOwners, type OwnersResult } from '../rules/owners.ts'
import { squareMetres } from '../rules/words.ts'
import { editionFor, ownersOf } from './decision.ts'
import type { FrozenRow } from './frozen.ts'
import type { Numbers } from './numbers.ts'

/** A vote of the owners, in heads and in area: how far it is on its two ways (Civil Code art. 278, J5). */

interface Row extends FrozenRow {
  numbers: Numbers | null
  /** What was cast while the vote is open. */
  owned: Cast | null
  tally_shown: 'live' | 'after_close'
  covered: boolean
  closed_at: Date | null
}

/** As it stands: reckoned while the vote is open, as declared afterwards. Null: not a vote of the owners. */
export async function dualOf(db: Db, row: Row): Promise<OwnersResult | null> {
  const edition = row.voters === 'owner' ? editionFor(row) : null
  if (edition?.kind !== 'dual') return null
  if (row.numbers) return ownersOf(row.numbers)
  if (!row.owned) return null
  return decideOwners(edition, countCast(await unitsOfRoll(db, row.id), row.owned, row.options))
}

/** One measure on its way to a line: so much, of so much, and what it takes. */
interface Way {
  what: 'partHeads' | 'partArea' | 'yesHeads' | 'yesArea'
  part: number
  whole: number
  needed: number | null
  holds: boolean
}

/**
 * Taking part and saying yes, and what is still missing. While the count is covered the way to the decision stays here,
 * and so does what of it is missing.
 */
export function dualShown(row: Row & { dual: OwnersResult | null }) {
  const { dual } = row
  if (!dual) return null
  const open = row.closed_at === null
  const hidden = open && (row.tally_shown === 'after_close' || row.covered)
  const ways = dual.checks.map(({ what, part, whole, needed, holds }): Way => ({ what, part, whole, needed, holds }))
  const { participation } = dual.missing
  const lacks = participation.heads > 0 || participation.area > 0
  const { held } = dual.count
  return {
    part: ways.filter(({ what }) => what.startsWith('part')),
    /** Measured against those who take part. Null while the count is covered. */
    yes: hidden ? null : ways.filter(({ what }) => what.startsWith('yes')),
    needed: open && (lacks || !hidden) ? stillNeeded(dual) : null,
    held: held.heads > 0 || held.area > 0 ? held : null,
    squareMetres,
  }
}
