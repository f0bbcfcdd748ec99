import { randomUUID } from 'node:crypto'
import type { Browser } from '../harness.ts'

/** What a phone at the door says to the house. */

export interface PhoneVisit {
  id: string
  building: string
  door: string
  outcome: string
  matters: { id: string; words: string; place: string }[]
  [field: string]: unknown
}

export const visit = (more: Partial<PhoneVisit> = {}): PhoneVisit => ({
  id: randomUUID(),
  building: '12',
  door: '602',
  outcome: 'met',
  matters: [{ id: randomUUID(), words: '班车末班太早，赶不上', place: '北门' }],
  remark: '',
  record: true,
  call: false,
  publish: false,
  phone: '',
  at: Date.parse('2026-11-24T09:30:00+08:00'),
  ...more,
})

export interface Answer {
  id: string
  state: 'stored' | 'known' | 'refused'
  why: string | null
  sentence: string | null
  also: string | null
}

/** Sends as the page does; `csrf` where the phone knows it already. */
export async function send(browser: Browser, visits: unknown, csrf?: string) {
  return browser.app.inject({
    method: 'POST',
    url: `/c/${browser.community.slug}/door/sync`,
    headers: {
      ...browser.headers,
      accept: 'application/json',
      'content-type': 'application/json',
      'x-csrf': csrf ?? (await browser.token()),
    },
    payload: JSON.stringify({ visits }),
  })
}

export async function answersTo(browser: Browser, visits: unknown): Promise<Answer[]> {
  const reply = await send(browser, visits)
  if (reply.statusCode !== 200) throw new Error(`not taken: ${reply.statusCode} ${reply.body}`)
  return reply.json().answers
}

export async function sendPhoto(browser: Browser, matter: string, bytes: Buffer, csrf?: string) {
  const form = new FormData()
  form.append('picture', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), 'photo.jpg')
  const request = new Request('http://x', { method: 'POST', body: form })
  return browser.app.inject({
    method: 'POST',
    url: `/c/${browser.community.slug}/door/matters/${matter}/photo`,
    headers: {
      ...browser.headers,
      accept: 'application/json',
      'content-type': request.headers.get('content-type') ?? '',
      'x-csrf': csrf ?? (await browser.token()),
    },
    payload: Buffer.from(await request.arrayBuffer()),
  })
}
