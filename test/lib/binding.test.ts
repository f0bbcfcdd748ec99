import { sql } from 'kysely'
import t from 'tap'
import { settle } from '../cast.ts'
import { freshHouse } from '../harness.ts'

t.test('one connection works for many communities, one at a time, and never for the wrong one', async (t) => {
  // The embedded database has one connection; on a server every handle takes whichever is free.
  const { house, closed } = await freshHouse({ max: 1 })
  t.teardown(closed)
  const at = new Date('2026-11-24T10:00:00+08:00')
  const a = await settle(house, at)
  const b = await settle(house, at, 'jinhui')
  const whose = async (community: number) => {
    const { rows } = await sql<{ role: string; own: number; rows: number; ids: number[] }>`
      select current_user as role, current_community() as own, (select count(*)::int from buildings) as rows,
             array(select distinct community_id from buildings) as ids`.execute(house.of(community))
    return rows[0]
  }
  const only = (community: number) => ({ role: 'wt_app', own: community, rows: 2, ids: [community] })

  for (const { community } of [a, b, a, a, b]) t.match(await whose(community.id), only(community.id))
  const { rows } = await sql<{ role: string; own: number | null }>`
    select current_user as role, current_community() as own`.execute(house.db)
  t.not(rows[0]?.role, 'wt_app', 'the house itself is nobody’s app')
  t.equal(rows[0]?.own, null, 'and no community’s')
  t.match(await whose(b.community.id), only(b.community.id))

  const fails = house.of(a.community.id).transaction()
  await t.rejects(
    fails.execute(async (trx) => sql`select 1 / 0`.execute(trx)),
    { code: '22012' },
  )
  t.match(await whose(b.community.id), only(b.community.id), 'a transaction that failed leaves nothing behind')
  t.match(await whose(a.community.id), only(a.community.id))

  const many = Array.from({ length: 40 }, (_, i) => (i % 3 ? a : b).community.id)
  const seen = await Promise.all(many.map(async (id) => (await whose(id))?.own))
  t.same(seen, many, 'nor does it matter how they come')
})
