import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import type { App } from './slice.ts'

/** The files a browser needs, read once at start: few, small, named by their content so they may be kept for a year. */
const require = createRequire(import.meta.url)
const own = (name: string) => new URL(`../../../static/${name}`, import.meta.url)

const sources: Record<string, [path: string | URL, type: string]> = {
  'app.css': [own('app.css'), 'text/css; charset=utf-8'],
  'leaf.svg': [own('leaf.svg'), 'image/svg+xml'],
  'live.js': [own('live.js'), 'text/javascript; charset=utf-8'],
  'keys.js': [own('keys.js'), 'text/javascript; charset=utf-8'],
  'console.js': [own('console.js'), 'text/javascript; charset=utf-8'],
  'wall.js': [own('wall.js'), 'text/javascript; charset=utf-8'],
  'triage.js': [own('triage.js'), 'text/javascript; charset=utf-8'],
  'door.svg': [own('door.svg'), 'image/svg+xml'],
  // Drawn from door.svg once, for phones that take no drawing as an icon; edge to edge where the phone cuts the shape.
  'door-192.png': [own('door-192.png'), 'image/png'],
  'door-512.png': [own('door-512.png'), 'image/png'],
  'door-mask.png': [own('door-mask.png'), 'image/png'],
  'door-touch.png': [own('door-touch.png'), 'image/png'],
  'door.js': [own('door.js'), 'text/javascript; charset=utf-8'],
  'door-form.js': [own('door-form.js'), 'text/javascript; charset=utf-8'],
  'door-send.js': [own('door-send.js'), 'text/javascript; charset=utf-8'],
  'door-draw.js': [own('door-draw.js'), 'text/javascript; charset=utf-8'],
  'door-vault.js': [own('door-vault.js'), 'text/javascript; charset=utf-8'],
  'door-store.js': [own('door-store.js'), 'text/javascript; charset=utf-8'],
  'door-leave.js': [own('door-leave.js'), 'text/javascript; charset=utf-8'],
  'transcribe.js': [own('transcribe.js'), 'text/javascript; charset=utf-8'],
  'idb.js': [require.resolve('idb/build/umd.js'), 'text/javascript; charset=utf-8'],
  'hear.js': [own('hear.js'), 'text/javascript; charset=utf-8'],
  'htmx.js': [require.resolve('htmx.org/dist/htmx.min.js'), 'text/javascript; charset=utf-8'],
  'ws.js': [require.resolve('htmx-ext-ws/ws.js'), 'text/javascript; charset=utf-8'],
}

const files = new Map(
  Object.entries(sources).map(([name, [path, type]]) => {
    const body = readFileSync(path)
    const version = createHash('sha256').update(body).digest('hex').slice(0, 10)
    return [name, { body, gzip: gzipSync(body, { level: 9 }), type, version }]
  }),
)

/** 'app.css' → its address, which changes when its content does. */
export function asset(name: string): string {
  const file = files.get(name)
  if (!file) throw new Error(`no static file ${name}`)
  return `/static/${name}?v=${file.version}`
}

const workers = new Map<string, string>()

/**
 * The source of a service worker. Its first line names the files it keeps with their versions, so that a browser sees
 * a new worker whenever one of them has changed.
 */
export function workerSource(name: string, keeps: readonly string[]): string {
  const source = workers.get(name) ?? readFileSync(own(name), 'utf8')
  workers.set(name, source)
  return `self.keeps = ${JSON.stringify(keeps.map(asset))}\n${source}`
}

export function staticFiles(app: App): void {
  for (const [name, file] of files) {
    app.get(`/static/${name}`, { config: { who: 'anyone' } }, async (req, reply) => {
      const zipped = /\bgzip\b/.test(String(req.headers['accept-encoding']))
      return reply
        .headers({
          'content-type': file.type,
          'cache-control': 'public, max-age=31536000, immutable',
          vary: 'accept-encoding',
          ...(zipped && { 'content-encoding': 'gzip' }),
        })
        .send(zipped ? file.gzip : file.body)
    })
  }
}
