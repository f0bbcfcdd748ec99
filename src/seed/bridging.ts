import { openBridge } from '../listen/bridges/store.ts'
import { importArrivals } from '../listen/imports/store.ts'
import { told } from './story/bridges.ts'
import { known, type Moment } from './tale.ts'
import type { When } from './when.ts'

/** 搭桥: who passes things on, and what lies in the inbox this morning. */
export function bridgeMoments(when: When): Moment[] {
  return told.flatMap(({ name, kind, keeper, brought }, i) => {
    const built = when.ago(60 - i, '14:00')
    const bridge: { id: number } = { id: 0 }
    const moments: Moment[] = [
      {
        at: built,
        async happens({ db, people }) {
          const by = { personId: known(people, '沈洁') }
          const plan = { name, kind, keeperId: known(people, keeper), topics: [], perHour: 60, active: true }
          const key = await openBridge(db, plan, { by, at: built })
          const row = await db.selectFrom('bridges').select('id').where('key', '=', key).executeTakeFirstOrThrow()
          bridge.id = row.id
        },
      },
    ]
    for (const { no, words, place, name: sender, hours } of brought) {
      const at = when.hoursAgo(hours)
      const arrival = { externalNo: no, words, place, category: null, name: sender, phone: '', saidAt: at }
      moments.push({
        at,
        happens: ({ db, letterbox, people }) =>
          importArrivals(db, letterbox, bridge.id, [arrival], { by: { personId: known(people, '沈洁') }, at }),
      })
    }
    return moments
  })
}
