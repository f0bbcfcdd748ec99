import type { Browser, Town } from '../../harness.ts'

/** Bridges as the tests build them. */

export const anyBridge = { name: '3 号楼业主群', kind: 'wechat', per_hour: '60', active: 'on', keeper: '' }

/** Builds a bridge as this person and gives its key. */
export async function build(browser: Browser, more: Record<string, string> = {}): Promise<string> {
  const reply = await browser.post('/desk/bridges', { ...anyBridge, ...more })
  if (reply.statusCode !== 303) throw new Error(`not built: ${reply.statusCode} ${reply.body.slice(0, 400)}`)
  return /bridges\/([0-9a-f-]{36})/.exec(String(reply.headers.location))?.[1] ?? ''
}

export async function wire(admin: Browser, key: string, more: Record<string, string>): Promise<void> {
  const reply = await admin.post(`/desk/bridges/${key}/wiring`, more)
  if (reply.statusCode !== 303) throw new Error(`not wired: ${reply.statusCode} ${reply.body.slice(0, 800)}`)
}

/** Has an administrator make a secret for the bridge and gives it. */
export async function secretOf(admin: Browser, key: string, kind: 'hook' | 'token'): Promise<string> {
  const reply = await admin.post(`/desk/bridges/${key}/secrets`, { kind })
  const found = /class="receipt bridge-secret">([^<]+)</.exec(reply.body)?.[1]
  if (!found) throw new Error(`no secret: ${reply.statusCode} ${reply.body.slice(0, 400)}`)
  return found
}

export const arrivals = (town: Town) => town.db.selectFrom('arrivals').selectAll().orderBy('id').execute()
export const filings = (town: Town) => town.db.selectFrom('filings').selectAll().orderBy('id').execute()
