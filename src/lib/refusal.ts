import type { MessageKey, Values } from './i18n.ts'

/** A "no" the person asking deserves to read. Anything else that is thrown is our bug. */
export class Refusal extends Error {
  readonly key: MessageKey
  readonly status: 403 | 404 | 409 | 413 | 415 | 422 | 429 | 503
  /** What stands in the sentence's gaps. */
  readonly values: Values
  constructor(key: MessageKey, status: Refusal['status'] = 409, values: Values = {}) {
    super(key)
    this.key = key
    this.status = status
    this.values = values
  }
}

export function refuseIf(reason: MessageKey | null): void {
  if (reason) throw new Refusal(reason)
}

export const notFound = (): Refusal => new Refusal('error.notFound', 404)
