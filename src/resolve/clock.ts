import type { House } from '../lib/db/connect.ts'
import { every } from '../lib/every.ts'
import { allCommunities } from '../lib/http/communities.ts'
import type { Vault } from '../lib/vault.ts'
import { archiveOver, noteSilence } from './minutes/steps.ts'
import { tendTrials } from './trials/revotes.ts'

interface Setting {
  house: House
  vault: Vault
  origin: string
  clock: () => Date
}

const tenMinutes = 10 * 60_000

/** What happens after a meeting by itself, because a day has come. Gives what stops it. */
export const startClock = (setting: Setting): (() => Promise<void>) => every(tenMinutes, () => tick(setting))

/** One round through all communities. Several processes may go: each step locks what it changes and looks again. */
export async function tick({ house, vault, origin, clock }: Setting): Promise<void> {
  for (const { id, slug } of await allCommunities(house)) {
    const db = house.of(id)
    const at = clock()
    await noteSilence(db, at)
    await archiveOver(db, at)
    await tendTrials(db, { communityId: id, vault, home: `${origin}/c/${slug}` }, at)
  }
}
