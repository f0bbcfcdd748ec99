import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openHouse } from '../../src/lib/db/connect.ts'
import type { Db } from '../../src/lib/db/schema.ts'
import { openSession } from '../../src/lib/http/session.ts'
import type { Me } from '../../src/lib/http/slice.ts'
import { Refusal } from '../../src/lib/refusal.ts'
import { castVote } from '../../src/vote/ballots/casting.ts'
import { closeBallot } from '../../src/vote/ballots/closing.ts'
import { frozen } from '../../src/vote/ballots/frozen.ts'
import { openBallot } from '../../src/vote/ballots/opening.ts'
import { ballotShown } from '../../src/vote/ballots/reads.ts'
import type { Choice } from '../../src/vote/ballots/rules.ts'
import { type Browser, onServer, startTown } from '../harness.ts'
import { statementsOf } from '../statements.ts'
import { withDatabase } from '../template.ts'
import { sitting } from './sitting.ts'

const town = await startTown(t)
const { db, cast, community, clock } = town
const chair = { personId: cast.people.zhou }

/** Many doors with a phone each: a block built for the occasion. */
const phones = await settleBlock(64)
/** Where the server lets us, every second vote goes through a process of its own; the embedded database serves one. */
const elsewhere = await anotherProcess(t)
const processes = [db, elsewhere]

async function settleBlock(doors: number): Promise<Me[]> {
  const { id: building_id } = await db
    .insertInto('buildings')
    .values({ name: '99', position: 99 })
    .returning('id')
    .executeTakeFirstOrThrow()
  const rows = Array.from({ length: doors }, (_, i) => ({
    building_id,
    stairwell_id: null,
    floor: 1,
    door: String(1000 + i),
    area: 8_000,
  }))
  const households = await db.insertInto('households').values(rows).returning('id').execute()
  return db.transaction().execute(async (trx) => {
    const all: Me[] = []
    for (const { id: householdId } of households) {
      await openSession(trx, { householdId }, 'test', clock.now)
      const { id: sessionId } = await trx
        .selectFrom('sessions')
        .where('household_id', '=', householdId)
        .select('id')
        .executeTakeFirstOrThrow()
      all.push({ sessionId, personId: null, householdId, name: '', roles: [], seatIds: [] })
    }
    return all
  })
}

async function anotherProcess(t: Test): Promise<Db> {
  if (!onServer) return db
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db)
  const url = withDatabase(process.env.TEST_ON as string, rows[0]?.name as string)
  const house = await openHouse({ databaseUrl: url, dataDir: '' })
  t.teardown(() => house.close())
  return house.of(community.id)
}

/** A vote among all these doors, everybody in the room. */
async function vote(): Promise<number> {
  const meeting = await sitting(town)
  await db
    .insertInto('attendance')
    .values(
      phones.map(({ householdId }) => ({
        meeting_id: meeting.meetingId,
        household_id: householdId,
        person_id: null,
        seat_id: null,
        way: 'code' as const,
        arrived_at: clock.now,
        left_at: null,
        recorded_by: null,
      })),
    )
    .execute()
  const { no } = await openBallot(db, {
    meetingNo: meeting.meetingNo,
    itemNo: meeting.itemNo,
    question: '同意班车延长',
    abstain: true,
    rule: 'M2',
    tallyShown: 'live',
    by: chair,
    at: clock.now,
  })
  return no
}

interface Attempt {
  no: number
  me: Me
  choice?: Choice
  key?: string
  through?: Db
}

const attempt = ({ no, me, choice = 'for', key = randomUUID(), through = db }: Attempt) =>
  castVote(through, { ballot: no, choice, key, way: 'socket', me, at: clock.now })

/** What became of an attempt: its receipt, or the refusal's key. */
const outcomeOf = (cast: ReturnType<typeof castVote>) =>
  cast.then(
    ({ code }) => ({ code, why: null }),
    (error: unknown) => {
      if (!(error instanceof Refusal)) throw error
      return { code: null, why: error.key }
    },
  )

async function counted(no: number) {
  const { id } = await frozen(db, no)
  const votes = await db.selectFrom('votes').where('ballot_id', '=', id).selectAll().execute()
  const keys = await db.selectFrom('vote_keys').where('ballot_id', '=', id).selectAll().execute()
  return { votes, keys }
}

async function again<R>(read: () => Promise<R>, tries = 500): Promise<R> {
  for (let left = tries; left > 1; left--) {
    try {
      return await read()
    } catch {
      await pause(20)
    }
  }
  return read()
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

t.test('forty vote while the chair closes: who got a receipt is counted, and nobody else', async (t) => {
  let late = 0
  for (let round = 0; round < 8; round++) {
    const no = await vote()
    const voting = phones.slice(0, 40).map(async (me, i) => {
      await pause(Math.random() * 12)
      return outcomeOf(attempt({ no, me, through: processes[i % 2] as Db }))
    })
    await pause(Math.random() * 8)
    const closed = closeBallot(processes[round % 2] as Db, town.letterbox, { no, by: chair, at: clock.now })
    const outcomes = await Promise.all(voting)
    await closed
    const acknowledged = outcomes.filter(({ code }) => code !== null)
    t.same(
      [...new Set(outcomes.map(({ why }) => why))].filter((why) => why !== null && why !== 'ballots.closed'),
      [],
    )
    const { numbers } = await ballotShown(db, no)
    t.equal(numbers?.for, acknowledged.length, `round ${round}: acknowledged = counted`)
    const { votes } = await counted(no)
    t.same(votes.map(({ receipt }) => receipt).sort(), acknowledged.map(({ code }) => code).sort())
    late += outcomes.length - acknowledged.length
  }
  t.comment(`${late} of 320 came too late`)
})

t.test('64 writers at once on one meeting: none lost, none double, none refused', async (t) => {
  const no = await vote()
  const choices: Choice[] = ['for', 'against', 'abstain']
  const outcomes = await Promise.all(
    phones.map((me, i) =>
      outcomeOf(attempt({ no, me, choice: choices[i % 3] as Choice, through: processes[i % 2] as Db })),
    ),
  )
  t.same(
    outcomes.filter(({ why }) => why !== null),
    [],
  )
  const { votes, keys } = await counted(no)
  t.equal(votes.length, 64)
  t.equal(keys.length, 64)
  t.equal(new Set(outcomes.map(({ code }) => code)).size, 64)
  await closeBallot(db, town.letterbox, { no, by: chair, at: clock.now })
  t.match((await ballotShown(db, no)).numbers, { for: 22, against: 21, abstain: 21, present: 64 })
})

t.test('one voter pressing 64 times at once, each time anew: one vote, the last one, and a receipt each', async (t) => {
  const no = await vote()
  const [me] = phones as [Me]
  const presses = Array.from({ length: 64 }, (_, i) =>
    outcomeOf(attempt({ no, me, choice: i === 63 ? 'against' : 'for', through: db })),
  )
  const outcomes = await Promise.all(presses)
  t.equal(new Set(outcomes.map(({ code }) => code)).size, 64)
  const { votes, keys } = await counted(no)
  t.match(votes, [{ choice: 'against', rev: 64, receipt: outcomes[63]?.code }])
  t.equal(votes.length, 1)
  t.equal(keys.length, 64)

  await Promise.all(Array.from({ length: 16 }, (_, i) => attempt({ no, me, through: processes[i % 2] as Db })))
  const again = await counted(no)
  t.equal(again.votes.length, 1, 'through two processes too')
  t.match(again.votes, [{ rev: 80 }])
})

t.test('the same key twenty times, by two processes: one count, one receipt', async (t) => {
  const no = await vote()
  const [me] = phones as [Me]
  const key = randomUUID()
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, i) => outcomeOf(attempt({ no, me, key, through: processes[i % 2] as Db }))),
  )
  t.equal(new Set(outcomes.map(({ code }) => code)).size, 1)
  const { votes, keys } = await counted(no)
  t.match(votes, [{ choice: 'for', rev: 1, receipt: outcomes[0]?.code }])
  t.equal(keys.length, 1)

  const torn = randomUUID()
  const mixed = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      outcomeOf(attempt({ no, me, key: torn, choice: i % 2 ? 'for' : 'against', through: processes[i % 2] as Db })),
    ),
  )
  t.equal(mixed.filter(({ why }) => why === 'ballots.keyReused').length, 5, 'one key stands for one choice')
  t.match((await counted(no)).votes, [{ rev: 2 }])

  await closeBallot(db, town.letterbox, { no, by: chair, at: clock.now })
  t.equal((await attempt({ no, me, key })).code, outcomes[0]?.code, 'also after the close')
})

t.test('a row that cannot be written does not take its neighbours along', async (t) => {
  const no = await vote()
  const [poisoned] = phones as [Me]
  await town.house.db.executeQuery(
    sql`create function spoil() returns trigger language plpgsql as $$ begin raise exception 'a broken row'; end $$`.compile(
      town.house.db,
    ),
  )
  const spoil = sql.raw(
    `create trigger spoil before insert on votes for each row when (new.voter_id = ${poisoned.householdId}) execute function spoil()`,
  )
  await spoil.execute(town.house.db)
  const outcomes = await Promise.all(phones.map((me) => outcomeOf(attempt({ no, me }))))
  t.equal(outcomes[0]?.why, 'ballots.unsure', 'we do not know, and do not say that it failed')
  t.same(
    outcomes.slice(1).filter(({ why }) => why),
    [],
  )
  t.equal((await counted(no)).votes.length, 63)

  await sql`drop trigger spoil on votes`.execute(town.house.db)
  const key = randomUUID()
  t.ok((await attempt({ no, me: poisoned, key })).code)
  await sql`drop function spoil`.execute(town.house.db)
  await closeBallot(db, town.letterbox, { no, by: chair, at: clock.now })
  t.match((await ballotShown(db, no)).numbers, { for: 64 })
})

t.test(
  'when the database goes away in the middle of a burst, every acknowledged vote is there, none twice',
  async (t) => {
    if (!onServer) return t.comment('the embedded database lives and dies with us')
    const no = await vote()
    await frozen(db, no)
    let cut = true
    let killed = 0
    const cutting = (async () => {
      while (cut) {
        await pause(2)
        const kill = sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`
        const { rows } = await kill.execute(town.house.db).catch(() => ({ rows: [] }))
        killed += rows.length
      }
    })()
    const burst = async (me: Me) => {
      const key = randomUUID()
      await pause(Math.random() * 250)
      for (let tries = 0; tries < 500; tries++) {
        const { code } = await outcomeOf(attempt({ no, me, key }))
        if (code) return code
        await pause(5)
      }
      throw new Error('never got through')
    }
    const casting = Promise.all(phones.map(burst))
    await Promise.race([casting, pause(2_000)])
    cut = false
    await cutting
    const receipts = await casting
    t.ok(killed > 0, `${killed} connections were cut`)
    // A connection that was cut while it lay in the pool is noticed by whoever takes it next: that reader asks again.
    const { votes, keys } = await again(() => counted(no))
    t.same(votes.map(({ receipt }) => receipt).sort(), [...receipts].sort())
    t.ok(votes.every(({ rev }) => rev === 1))
    t.equal(keys.length, 64)
  },
)

t.test(
  'a vote costs two statements, a hundred in a burst hardly more, and no page costs more than three',
  async (t) => {
    const no = await vote()
    const [me, ...others] = phones as [Me, ...Me[]]
    await attempt({ no, me }) // the ballot's frozen facts are known from the first on
    t.equal(await statementsOf(() => attempt({ no, me, choice: 'against' })), 2)
    const burst = await statementsOf(() => Promise.all(others.map((each) => attempt({ no, me: each }))))
    t.equal(burst, 4, 'one goes at once, the rest together')

    const wang = await town.as({ door: '12-602' })
    const zhou = await town.as('zhou')
    const { meetingNo } = await frozen(db, no)
    const { itemNo } = await ballotShown(db, no)
    const costs = async (browser: Browser, path: string, most: number) => {
      let status = 0
      const count = await statementsOf(async () => {
        status = (await browser.get(path)).statusCode
      })
      t.equal(status, 200)
      t.ok(count <= most, `${path}: ${count}`)
    }
    await costs(wang, `/ballots/${no}`, 3)
    await costs(wang, `/ballots/${no}/count`, 2)
    await costs(zhou, `/meetings/${meetingNo}/items/${itemNo}/ballot`, 2)
    await closeBallot(db, town.letterbox, { no, by: chair, at: clock.now })
    await costs(wang, `/ballots/${no}`, 3)
    await costs(wang, `/ballots/${no}/receipts`, 3)
  },
)

t.test('who was signed out since his phone connected does not vote', async (t) => {
  const no = await vote()
  const me = phones[1] as Me
  await db
    .updateTable('sessions')
    .set({ revoked_at: clock.now })
    .where('id', '=', me.sessionId as number)
    .execute()
  t.equal((await outcomeOf(attempt({ no, me }))).why, 'ballots.signedOut')
  await db
    .updateTable('sessions')
    .set({ revoked_at: null })
    .where('id', '=', me.sessionId as number)
    .execute()
  const borrowed = { ...(phones[2] as Me), sessionId: me.sessionId }
  t.equal(
    (await outcomeOf(attempt({ no, me: borrowed }))).why,
    'ballots.signedOut',
    'nor with the session of another door',
  )
  t.equal((await counted(no)).votes.length, 0)
})
