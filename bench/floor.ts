import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import pg from 'pg'

/** The floor: bare Fastify and pg doing only the one thing, without sessions, tenants, layout or history. */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
const app = Fastify()
await app.register(websocket)

const html = (body: string) => `<!doctype html><html><body>${body}</body></html>`
const escape = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

app.get('/hello', async () => 'hello')

app.get('/list', async (_req, reply) => {
  const { rows } = await pool.query('select no, title, state, opened_at from issues where community_id = $1 and published_at is not null order by opened_at desc, id desc limit 25', [1])
  return reply.type('text/html').send(html(rows.map((row) => `<p>${row.no} ${escape(row.title)} ${row.state} ${row.opened_at.toISOString()}</p>`).join('')))
})

app.get('/item/:no', async (req, reply) => {
  const { rows } = await pool.query('select no, title, public_text, state from issues where community_id = $1 and no = $2', [1, (req.params as { no: string }).no])
  return reply.type('text/html').send(html(rows.map((row) => `<h1>${escape(row.title)}</h1><p>${escape(row.public_text)}</p>`).join('')))
})

await pool.query('create table if not exists floor_rows (id bigint generated always as identity primary key, words text not null, at timestamptz not null default now())')
app.post('/insert', async () => {
  const { rows } = await pool.query('insert into floor_rows (words) values ($1) returning id', ['班车晚上九点半就没了，加班回来只能走二十分钟。'])
  return { id: rows[0].id }
})

/** Bare ws: everybody is in one room, POST /broadcast sends the same bytes to all. */
const sockets = new Set<import('ws').WebSocket>()
app.get('/live', { websocket: true }, (socket) => {
  sockets.add(socket)
  socket.on('close', () => sockets.delete(socket))
})
app.post('/broadcast', async (req) => {
  const frame = Buffer.from(String((req.body as { html: string }).html))
  for (const socket of sockets) socket.send(frame, { binary: false })
  return { sent: sockets.size }
})

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
