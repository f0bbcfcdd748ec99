import { inflateRawSync } from 'node:zlib'
import type { Browser, Town } from '../harness.ts'
import { sitting } from '../vote/sitting.ts'

/**
 * A whole evening, up to the last light out: the shuttle bus passes with a promise, the parties vote on the bins with the
 * property manager against it, the dogs, where he steps aside, are put off. Five doors; the police do not come, the owners' seat is empty.
 */
export async function minutedEvening(
  town: Town,
  promise = '班车末班延到 23:00，试行三个月',
  trial: Record<string, string> = {},
) {
  const { db, cast, clock } = town
  // Signed in each time: the clock moves, and a session of the desk does not last the night.
  const post = async (path: string, fields: Record<string, string> = {}, browser?: Browser) => {
    const reply = await (browser ?? (await town.as('zhou'))).post(path, fields)
    if (reply.statusCode !== 303) throw new Error(`${path}: ${reply.statusCode} ${reply.body.slice(0, 400)}`)
    return String(reply.headers.location).replace(/^\/c\/[^/]+/, '')
  }
  await db
    .updateTable('seats')
    .set({ vacant_since: new Date(clock.now.getTime() - 86_400_000) })
    .where('position', '=', 3)
    .execute()
  const evening = await sitting(town)
  const no = evening.meetingNo
  await evening.arrive('3-101', '3-102', '3-201', '12-601', '12-602')
  await evening.sit('zhou', 1)
  await evening.sit('sun', 2)
  await evening.sit('feng', 4)
  await post(`/meetings/${no}/items/${evening.itemNo}/notes`, {
    notes: '物业说合同到十二月底；有住户问晚高峰的车够不够',
  })

  const voteOn = async (itemNo: number, rule: string, votes: [Parameters<Town['as']>[0], string][]) => {
    const form = { question: '同意小区班车末班延长至 23:00，试行三个月', rule, abstain: 'on', tally: 'live' }
    await post(`/meetings/${no}/items/${itemNo}/ballot`, form)
    const ballot = await db.selectFrom('ballots').select('no').orderBy('id', 'desc').executeTakeFirstOrThrow()
    for (const [who, choice] of votes)
      await post(`/ballots/${ballot.no}/votes`, { choice, key: crypto.randomUUID() }, await town.as(who))
    await post(`/ballots/${ballot.no}/closure`)
    return ballot.no
  }
  const doors = await voteOn(evening.itemNo, 'M2', [
    [{ door: '3-101' }, 'for'],
    [{ door: '3-102' }, 'for'],
    [{ door: '3-201' }, 'for'],
    [{ door: '12-601' }, 'against'],
    [{ door: '12-602' }, 'abstain'],
  ])
  const owner = `${cast.seats[3]}-${cast.people.feng}`
  const made = { text: promise, owner, due: '2026-12-04', steps: '', ...trial }
  await post(`/meetings/${no}/items/${evening.itemNo}/resolution`, made)

  const bins = await evening.another()
  const seats = await voteOn(bins.itemNo, 'S5', [
    ['zhou', 'for'],
    ['sun', 'abstain'],
    ['feng', 'against'],
  ])
  const dogs = await evening.another()
  await post(`/meetings/${no}/items/${dogs.itemNo}/recusals`, { seat: String(cast.seats[3]), recused: 'on' })
  await post(`/meetings/${no}/items/${dogs.itemNo}/deferral`)
  await post(`/meetings/${no}/adjournment`)
  return { no, meetingId: evening.meetingId, itemNo: evening.itemNo, ballots: { doors, seats }, post }
}

/** The files in a zip, by name: what an office program finds when it opens a document. */
export function unzipped(zip: Buffer): Map<string, string> {
  const files = new Map<string, string>()
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)]
    const [name, extra, comment] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)]
    const local = zip.readUInt32LE(at + 42)
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const bytes = zip.subarray(from, from + size)
    files.set(
      zip.toString('utf8', at + 46, at + 46 + name),
      (method === 8 ? inflateRawSync(bytes) : bytes).toString('utf8'),
    )
    at += 46 + name + extra + comment
  }
  return files
}

/** Every table of a document, cell by cell. */
export function tablesOf(xml: string): string[][][] {
  return [...xml.matchAll(/<w:tbl>.*?<\/w:tbl>/gs)].map(([table]) =>
    [...table.matchAll(/<w:tr>.*?<\/w:tr>|<w:tr .*?<\/w:tr>/gs)].map(([row]) =>
      [...row.matchAll(/<w:tc>.*?<\/w:tc>/gs)].map(([cell]) => textOf(cell)),
    ),
  )
}

export const textOf = (xml: string): string =>
  [...xml.matchAll(/<w:t(?: [^>]*)?>([^<]*)<\/w:t>/g)].map(([, text]) => text).join('')
