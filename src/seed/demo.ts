import type { Trx } from '../lib/db/schema.ts'
import type { Community } from '../lib/http/slice.ts'
import type { Vault } from '../lib/vault.ts'
import { bridgeMoments } from './bridging.ts'
import { within } from './found.ts'
import { gatheringMoments } from './hearing.ts'
import { invitingMoments } from './inviting.ts'
import { matterMoments } from './listening.ts'
import { meetingMoments } from './meeting.ts'
import { bringPeople, doorsOf, everybody, layOut, seatParties } from './place.ts'
import { coming } from './story/coming.ts'
import { desk } from './story/desk.ts'
import { earlier } from './story/earlier.ts'
import type { Matter } from './story/kinds.ts'
import { meetings } from './story/meetings.ts'
import { pooled } from './story/pooled.ts'
import { promised } from './story/promised.ts'
import { together } from './story/together.ts'
import { surveyMoments } from './surveying.ts'
import { type Moment, play, type Tale } from './tale.ts'
import { roundMoments } from './visiting.ts'
import { waitingMoments } from './waiting.ts'
import { tellTime, type When } from './when.ts'

const matters: Record<string, Matter> = { ...earlier, ...promised, ...coming, ...pooled, ...desk, ...together }

/** Everything that happened in the neighbourhood, in no order. */
export function storyOf(when: When): Moment[] {
  return [
    ...gatheringMoments(when),
    ...invitingMoments(when),
    ...surveyMoments(when),
    ...Object.entries(matters).flatMap(([key, matter]) => matterMoments(when, key, matter)),
    ...meetings.flatMap((meeting) => meetingMoments(when, meeting, matters)),
    ...waitingMoments(when),
    ...roundMoments(when),
    ...bridgeMoments(when),
  ]
}

/** Tells the demonstration's story in a community that has just been founded. */
export async function tellStory(
  trx: Trx,
  community: Community,
  { vault, now }: { vault: Vault; now: Date },
): Promise<void> {
  const when = tellTime(now)
  const founded = when.ago(220, '10:00')
  await layOut(trx, founded)
  const { doors, buildings } = await doorsOf(trx)
  const seats = await seatParties(trx, founded)
  const people = await bringPeople(trx, founded, everybody, seats, doors)
  const tale: Tale = {
    trx,
    db: within(trx),
    community,
    letterbox: { communityId: community.id, vault, home: '' },
    when,
    people,
    seats,
    doors,
    buildings,
    issues: new Map(),
    gatherings: new Map(),
  }
  await play(tale, storyOf(when))
  // What people were sent along the way they have long read.
  await trx.deleteFrom('outbox').execute()
}
