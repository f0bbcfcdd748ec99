import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import sharp from 'sharp'
import t from 'tap'
import { type Browser, startTown } from '../harness.ts'
import { type Answer, type PhoneVisit, send, sendPhoto, visit } from './doorhelp.ts'

/** Two hundred evenings of a phone with a bad line: nothing is lost, nothing is there twice (trust P7). */

const town = await startTown(t)
const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#7a9' } })
  .jpeg()
  .toBuffer()
const doors = ['101', '201', '301', '401', '501', '601'] as const

/** What may become of one request: it never arrives, its answer never comes back, it arrives twice, or all is well. */
const fates = ['lost', 'unanswered', 'twice', 'well', 'well'] as const
type Fate = (typeof fates)[number]

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('write' as const),
      door: fc.constantFrom(...doors),
      matters: fc.integer({ min: 0, max: 3 }),
      photos: fc.integer({ min: 0, max: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('sync' as const),
      fate: fc.constantFrom<Fate>(...fates),
      order: fc.integer({ min: 0, max: 1_000 }),
      most: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('tabs' as const), order: fc.integer({ min: 0, max: 1_000 }) }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('photo' as const), fate: fc.constantFrom<Fate>(...fates) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('revoked' as const) }) },
)

/** The phone: what it wrote, what it still has, and what the house told it. It forgets only what was answered. */
class Phone {
  browser: Browser | null = null
  token = ''
  readonly written: PhoneVisit[] = []
  readonly pictured: string[] = []
  waiting: PhoneVisit[] = []
  photos: string[] = []
  handedIn = new Set<string>()

  async signIn() {
    this.browser = await town.as('li')
    this.token = await this.browser.token()
  }

  write(door: string, matters: number, photos: number) {
    const said = Array.from({ length: matters }, (_, i) => ({
      id: randomUUID(),
      words: `第${i + 1}件事，灯不亮`,
      place: '',
    }))
    const one = visit({ door, outcome: matters ? 'met' : 'not_home', record: matters > 0, matters: said })
    this.written.push(one)
    this.waiting.push(one)
    for (const { id } of said.slice(0, photos)) {
      this.pictured.push(id)
      this.photos.push(id)
    }
  }

  batch(order: number, most: number): PhoneVisit[] {
    const turn = this.waiting.length ? order % this.waiting.length : 0
    return [...this.waiting.slice(turn), ...this.waiting.slice(0, turn)].slice(0, most)
  }

  async sync(batch: PhoneVisit[], fate: Fate) {
    if (!this.browser || batch.length === 0 || fate === 'lost') return
    const browser = this.browser
    const replies = await Promise.all(
      Array.from({ length: fate === 'twice' ? 2 : 1 }, () => send(browser, batch, this.token)),
    )
    if (fate === 'unanswered') return
    for (const reply of replies) {
      if (reply.statusCode === 403) {
        this.browser = null
        return
      }
      for (const { id, state } of reply.json().answers as Answer[]) {
        if (state === 'refused') throw new Error(`refused: ${JSON.stringify(reply.json())}`)
        this.handedIn.add(id)
      }
    }
    this.waiting = this.waiting.filter(({ id }) => !this.handedIn.has(id))
  }

  async photo(fate: Fate) {
    const owner = (id: string) =>
      this.written.find(({ matters }) => matters.some((matter) => matter.id === id))?.id ?? ''
    const next = this.photos.find((id) => this.handedIn.has(owner(id)))
    if (!this.browser || !next || fate === 'lost') return
    const browser = this.browser
    const replies = await Promise.all(
      Array.from({ length: fate === 'twice' ? 2 : 1 }, () => sendPhoto(browser, next, picture, this.token)),
    )
    if (fate === 'unanswered') return
    if (replies.some((reply) => reply.statusCode === 403)) this.browser = null
    else if (replies.every((reply) => reply.statusCode === 200)) this.photos = this.photos.filter((id) => id !== next)
    else throw new Error(`photo refused: ${replies.map((reply) => reply.body)}`)
  }
}

t.test('two hundred histories of a bad line: every visit is there once, with its words and its photos', async (t) => {
  let sent = 0
  const history = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
    const phone = new Phone()
    await phone.signIn()
    for (const one of steps) {
      if (one.does === 'write') phone.write(one.door, one.matters, one.photos)
      else if (one.does === 'sync') await phone.sync(phone.batch(one.order, one.most), one.fate)
      else if (one.does === 'photo') await phone.photo(one.fate)
      else if (one.does === 'tabs')
        await Promise.all([phone.sync(phone.batch(0, 5), 'well'), phone.sync(phone.batch(one.order, 5), 'well')])
      else
        await town.db
          .updateTable('sessions')
          .set({ revoked_at: town.clock.now })
          .where('revoked_at', 'is', null)
          .execute()
    }
    // Home again, with a line: the phone sends until nothing is left.
    await phone.signIn()
    for (let tries = 0; phone.waiting.length > 0 && tries < 20; tries++) await phone.sync(phone.batch(0, 5), 'well')
    for (let tries = 0; phone.photos.length > 0 && tries < 40; tries++) await phone.photo('well')
    sent += phone.written.length
    await isAllThere(phone)
  })
  await fc.assert(history, { numRuns: 200 })
  t.pass(`${sent} visits`)
  const { n } = await town.db
    .selectFrom('visits')
    .select((eb) => eb.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  t.equal(Number(n), sent, 'and nothing else is there')
})

async function isAllThere(phone: Phone): Promise<void> {
  const ids = phone.written.map(({ id }) => id)
  if (ids.length === 0) return
  const visits = await town.db
    .selectFrom('visits as v')
    .innerJoin('households as h', 'h.id', 'v.household_id')
    .select(['v.id', 'v.key', 'v.outcome', 'h.door'])
    .where('v.key', 'in', ids)
    .execute()
  const filings = await town.db
    .selectFrom('filings as f')
    .leftJoin('photos as p', 'p.filing_id', 'f.id')
    .select(['f.key', 'f.visit_id', 'f.words', 'p.id as photo'])
    .where(
      'f.visit_id',
      'in',
      visits.map(({ id }) => id),
    )
    .execute()
  const lines = await town.db
    .selectFrom('journal')
    .select('subject_id')
    .where('subject', '=', 'visit')
    .where(
      'subject_id',
      'in',
      visits.map(({ id }) => id),
    )
    .execute()
  const now = {
    visits: visits.map(({ key, outcome, door }) => [key, outcome, door].join()).sort(),
    filings: filings.map(({ key, words }) => [key, words].join()).sort(),
    photos: filings.flatMap(({ key, photo }) => (photo === null ? [] : key)).sort(),
    lines: lines.length,
  }
  const meant = {
    visits: phone.written.map(({ id, outcome, door }) => [id, outcome, door].join()).sort(),
    filings: phone.written.flatMap(({ matters }) => matters.map(({ id, words }) => [id, words].join())).sort(),
    photos: [...phone.pictured].sort(),
    lines: phone.written.length,
  }
  if (JSON.stringify(now) !== JSON.stringify(meant))
    throw new Error(`${JSON.stringify(now)} is not ${JSON.stringify(meant)}`)
}
