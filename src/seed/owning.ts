import { sql } from 'kysely'
import type { Trx } from '../lib/db/schema.ts'
import { importUnits, type Names } from '../people/owners/store.ts'
import { chance } from './tale.ts'

/** 业主名册 out of the doors: who owns each flat, some of them two, one of them three flats, and the parking below. */

const surnames = [
  ...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤',
]
const given = [
  ...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国文斌志远晓燕春花海波小龙雪松子涵雨桐家豪思琪俊凯欣怡',
]

/** Everybody with a post who lives here owns where she lives; of the others everything is invented. */
export async function registerOwners(trx: Trx, names: Names, at: Date): Promise<void> {
  const { rows: doors } = await sql<{ building: string; door: string; area: number; name: string | null }>`
    select b.name as building, h.door, h.area, (select min(p.name) from people p where p.household_id = h.id) as name
    from households h join buildings b on b.id = h.building_id order by h.id`.execute(trx)
  const next = chance('owners')
  const someone = strangers(next, new Set(doors.flatMap(({ name }) => name ?? [])))
  const buyer = someone()
  const flats = doors.map((door, i) => ({
    ...door,
    ...ownersOf(door.name ?? (i % 601 === 600 ? buyer : null), next(), someone),
  }))
  // A seventh of the sold flats has a space in the garage, owned by the same people.
  const spaces = flats.filter(({ owners }, i) => owners.length > 0 && i % 7 === 3)
  const units = [
    ...flats.map(({ name: _, ...flat }) => ({ ...flat, kind: 'flat' as const })),
    ...spaces.map(({ owners, agreed, delivered }, i) => {
      const space = { building: 'B1', door: `车位${String(i + 1).padStart(3, '0')}`, area: 1_250 + (i % 4) * 40 }
      return { ...space, kind: 'parking' as const, owners, agreed, delivered }
    }),
  ]
  const rows = units.map((unit, i) => ({ ...unit, line: i + 2, countsArea: null, countsHead: null }))
  await importUnits(trx, names, rows, { at })
}

/** Three in a hundred are not sold, one is sold and not handed over, thirty are a couple's and half of those have agreed. */
function ownersOf(known: string | null, dice: number, someone: () => string) {
  if (known === null && dice < 0.03) return { owners: [], agreed: '', delivered: false }
  const first = known ?? someone()
  const couple = dice > 0.7
  return {
    owners: couple ? [first, someone()] : [first],
    agreed: couple && dice > 0.85 ? first : '',
    delivered: known !== null || dice >= 0.04,
  }
}

/** Invented names, none of them twice: written alike they would be one person. */
function strangers(next: () => number, taken: Set<string>): () => string {
  const pick = (from: readonly string[]) => from[Math.floor(next() * from.length)] as string
  return function someone(): string {
    const name = pick(surnames) + pick(given) + pick(given)
    if (taken.has(name)) return someone()
    taken.add(name)
    return name
  }
}
