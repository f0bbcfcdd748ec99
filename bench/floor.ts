import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import pg from 'pg'
import type { WebSocket } from 'ws'

/**
 * The floor: bare Fastify, pg and ws doing only the one thing, without sessions, tenants, layout, history or rules.
 * What the app costs is told as so many times this, measured in the same run (docs/performance.md).
 */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
const community = Number(process.env.COMMUNITY)
const app = Fastify()
await app.register(websocket)
await pool.query(`
  create table if not exists floor_rows (id bigint generated always as identity primary key, words text not null, at timestamptz not null default now());
  create table if not exists floor_votes (voter integer primary key, choice text not null, rev integer not null default 1);
  create table if not exists floor_tally (id integer primary key, cast_votes integer not null);
  insert into floor_tally values (1, 0) on conflict do nothing`)

const html = (body: string) => `<!doctype html><html><body>${body}</body></html>`
const safe = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

app.get('/hello', async () => 'hello')

app.get('/list', async (_req, reply) => {
  const { rows } = await pool.query(
    'select no, title, state, opened_at from issues where community_id = $1 and published_at is not null order by opened_at desc, id desc limit 25',
    [community],
  )
  const row = (each: { no: number; title: string; state: string; opened_at: Date }) =>
    `<p>${each.no} ${safe(each.title)} ${each.state} ${each.opened_at.toISOString()}</p>`
  return reply.type('text/html').send(html(rows.map(row).join('')))
})

app.get('/item/:no', async (req, reply) => {
  const { no } = req.params as { no: string }
  const sql = 'select no, title, public_text, state from issues where community_id = $1 and no = $2'
  const { rows } = await pool.query(sql, [community, no])
  const row = (each: { title: string; public_text: string }) =>
    `<h1>${safe(each.title)}</h1><p>${safe(each.public_text)}</p>`
  return reply.type('text/html').send(html(rows.map(row).join('')))
})

app.post('/insert', async () => {
  const { rows } = await pool.query('insert into floor_rows (words) values ($1) returning id', ['班车晚上九点半就没了'])
  return { id: rows[0].id }
})

/** Bare ws: everybody is in one room and gets the same bytes, at once on joining and at each broadcast. */
const sockets = new Set<WebSocket>()
let frame = Buffer.from('.')
app.get('/live', { websocket: true }, (socket) => {
  sockets.add(socket)
  socket.on('close', () => sockets.delete(socket))
  socket.on('message', (data) => void cast(socket, JSON.parse(String(data)).choice))
  socket.send(frame, { binary: false })
})

app.post('/frame', async (req) => {
  frame = Buffer.from((req.body as { html: string }).html)
  return { bytes: frame.length }
})
const notices = await pool.connect()
await notices.query('listen floor')
notices.on('notification', () => {
  for (const socket of sockets) socket.send(frame, { binary: false })
})

/** Votes in batches: what has come in while one statement was in flight makes the next; answered after its commit. */
const numbers = new WeakMap<WebSocket, number>()
let last = 0
const waiting: { socket: WebSocket; choice: string }[] = []
let busy = false
function cast(socket: WebSocket, choice: string) {
  waiting.push({ socket, choice })
  if (!busy) void castAll()
}
async function castAll() {
  busy = true
  while (waiting.length > 0) {
    const batch = waiting.splice(0, 500)
    const voters = batch.map(({ socket }) => numberOf(socket))
    await pool.query(
      'insert into floor_votes (voter, choice) select * from unnest($1::int[], $2::text[]) on conflict (voter) do update set choice = excluded.choice, rev = floor_votes.rev + 1',
      [voters, batch.map((vote) => vote.choice)],
    )
    for (const { socket } of batch) socket.send('{"counted":true}')
  }
  busy = false
}
function numberOf(socket: WebSocket): number {
  const number = numbers.get(socket) ?? ++last
  numbers.set(socket, number)
  return number
}

/** Votes as most systems take them: a transaction each, which raises the one row of the tally. */
app.get('/hot', { websocket: true }, (socket) => {
  socket.on('message', (data) => void castOne(socket, JSON.parse(String(data)).choice))
  socket.send('.')
})
async function castOne(socket: WebSocket, choice: string) {
  const client = await pool.connect()
  await client.query('begin')
  await client.query(
    'insert into floor_votes (voter, choice) values ($1, $2) on conflict (voter) do update set choice = excluded.choice',
    [numberOf(socket), choice],
  )
  await client.query('update floor_tally set cast_votes = cast_votes + 1 where id = 1')
  await client.query('commit')
  client.release()
  socket.send('{"counted":true}')
}

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
