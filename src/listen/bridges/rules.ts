/** 桥 — who passes on what people say elsewhere: a group, the hotline, a partner, a box (domain 3.1, row 60). Pure. */
import type { MessageKey } from '../../lib/i18n.ts'
import { type Category, categories } from '../issues/rules.ts'

export const bridgeKinds = ['wechat', 'hotline', 'partner', 'webhook', 'open311', 'mailbox', 'box'] as const
export type BridgeKind = (typeof bridgeKinds)[number]

/** How things come over a bridge: pasted, as a file, as signed messages, by a token, pulled by us, as letters. */
export type Road = 'paste' | 'import' | 'hook' | 'token' | 'pull' | 'mail'

const roads: Record<BridgeKind, readonly Road[]> = {
  wechat: ['paste', 'import'],
  hotline: ['import', 'hook'],
  partner: ['import', 'paste', 'hook'],
  webhook: ['hook'],
  open311: ['token', 'pull'],
  mailbox: ['mail'],
  box: ['paste', 'import'],
}

export const roadsOf = (kind: BridgeKind): readonly Road[] => roads[kind]

export const secretKinds = ['hook', 'token'] as const
export type SecretKind = (typeof secretKinds)[number]

/** Old and new live side by side until everybody over there has changed; a third would be one that nobody knows of. */
const mostSecrets = 2

/** Any bridge may have a secret to sign with, because we sign with it too when we tell how matters stand. */
export function whyNotMakeSecret(kind: BridgeKind, secret: SecretKind, living: number): MessageKey | null {
  if (secret === 'token' && !roads[kind].includes(secret)) return 'bridges.noRoad'
  return living >= mostSecrets ? 'bridges.twoSecrets' : null
}

/** Whether a bridge is open for this road at all. */
export function whyNotCross(bridge: { active: boolean; kind: BridgeKind }, road: Road): MessageKey | null {
  if (!roads[bridge.kind].includes(road)) return 'bridges.noRoad'
  return bridge.active ? null : 'bridges.off'
}

/** A bridge may be for a few topics only; then what comes over it has to say which one it is about. */
export function mayCarry(topics: readonly string[], category: string | null): boolean {
  return topics.length === 0 || (category !== null && topics.includes(category))
}

export const isCategory = (text: string): text is Category => (categories as readonly string[]).includes(text)

/** "example.lan, example.lan:8080": the hosts an administrator vouches for, one a line or with commas; null: not hosts. */
export function readHosts(text: string): string[] | null {
  const hosts = text.split(/[\s,，、]+/).filter(Boolean)
  const right = hosts.every((host) => /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/i.test(host))
  return right && hosts.length <= 20 ? hosts.map((host) => host.toLowerCase()) : null
}
