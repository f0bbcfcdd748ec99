/** A mailbox, wherever it stands: letters are taken out one after the other, and each is settled when it is kept. */
export interface Mailbox {
  letters(): AsyncIterable<Letter>
  close(): Promise<void>
}

export interface Letter {
  /** What the mailbox calls it. */
  name: string
  /** Null: larger than what is read. */
  bytes: Buffer | null
  /** It is kept on our side and need not be looked at again. */
  settle(): Promise<void>
}

/** The mailbox does not open; `why` is a word of ours. */
export class NoMail extends Error {
  readonly why: string
  constructor(why: string) {
    super(`no mail: ${why}`)
    this.why = why
  }
}

export const largestLetter = 10 * 1024 * 1024
export const mostLetters = 50
