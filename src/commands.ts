import type { House } from './lib/db/connect.ts'
import type { Vault } from './lib/vault.ts'
import { signIn } from './people/entry/admin.ts'

/** What a command works with: the open house, whoever holds it. */
export interface Desk {
  house: House
  vault: Vault
  origin: string
  clock: () => Date
}

/** What a command says, and whether it did what was asked. */
export interface Said {
  ok: boolean
  lines: string[]
}

/**
 * What an operator can ask of a house, from the command line or, while a process holds the embedded database, through
 * that process (lib/db/lock.ts). So a command neither reads a file nor prints: it is given texts and gives lines.
 */
const commands: Record<string, (desk: Desk, args: string[]) => Promise<Said>> = {
  async 'sign-in'({ house, origin, clock }, [who = '']) {
    const lines = await signIn(house, { origin, clock }, who)
    const nobody = `Nobody called ${who} has a role or a seat here.`
    return lines.length > 0 ? { ok: true, lines } : { ok: false, lines: [nobody] }
  },
}

export async function run(desk: Desk, command: string, args: string[]): Promise<Said> {
  const act = Object.hasOwn(commands, command) ? commands[command] : undefined
  if (!act) return { ok: false, lines: [`There is no command ${command}.`] }
  return act(desk, args)
}

/** A command and its texts, as they travel through the lock of the embedded database. */
export const question = (command: string, args: string[]): string => JSON.stringify([command, ...args])

/** The holder's side: runs the command somebody asked for and gives what it said. */
export async function answer(desk: Desk, text: string): Promise<string> {
  const [command = '', ...args] = JSON.parse(text) as string[]
  const said = await run(desk, command, args).catch((error: Error) => ({ ok: false, lines: [error.message] }))
  return JSON.stringify(said)
}

export const readAnswer = (text: string): Said =>
  text === '' ? { ok: false, lines: ['The running program did not answer.'] } : (JSON.parse(text) as Said)
