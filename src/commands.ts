import type { House } from './lib/db/connect.ts'
import { allCommunities } from './lib/http/communities.ts'
import { translator } from './lib/i18n.ts'
import type { Vault } from './lib/vault.ts'
import { reindexAll } from './listen/search/reindex.ts'
import { signIn } from './people/entry/admin.ts'
import { squareMetres } from './people/lines/rules.ts'
import { readRegister } from './people/register/rules.ts'
import { importRegister } from './people/register/store.ts'
import { type Plan, seed } from './seed.ts'
import { verify } from './verify.ts'

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

  /** The door register of a community from a CSV file, which comes as base64: what was done, and every refused line. */
  async import({ house, clock }, [slug = '', file = '']) {
    const community = (await allCommunities(house)).find((one) => one.slug === slug)
    if (!community) return { ok: false, lines: [`There is no community ${slug}.`] }
    const { rows, refused } = readRegister(Buffer.from(file, 'base64'))
    const done = await house
      .of(community.id)
      .transaction()
      .execute((trx) => importRegister(trx, rows, { at: clock() }))
    const t = translator('en')
    const lines = [
      `${done.added.length} doors added, ${done.changed.length} changed, ${done.kept.length} as they were.`,
      ...done.clashes.map(
        ({ row, area }) =>
          `line ${row.line}: ${row.building}-${row.door} has ${squareMetres(area)} m² in the register and ${squareMetres(row.area)} m² here; left as it is.`,
      ),
      ...refused.map(
        ({ line, text, reasons }) =>
          `line ${line}: ${reasons.map(({ key, values }) => t(key, values)).join(' ')} (${text})`,
      ),
    ]
    return { ok: refused.length === 0 && done.clashes.length === 0, lines }
  },

  /** Founds communities by a plan in JSON; what scripts need of them comes back as JSON. */
  async seed({ house, ...tools }, [plan = '']) {
    return { ok: true, lines: [JSON.stringify(await seed(house, tools, JSON.parse(plan) as Plan))] }
  },

  /** Writes what search finds matters by, where it is missing or an older program wrote it. */
  async reindex({ house }) {
    const done = await reindexAll(house)
    return { ok: true, lines: done.map(({ slug, written }) => `${slug}: ${written} written.`) }
  },

  async verify({ house }) {
    const { checked, wrong } = await verify(house)
    const verdict = wrong.length === 0 ? 'All of it agrees.' : `What does not agree (${wrong.length}):`
    return { ok: wrong.length === 0, lines: [...checked, verdict, ...wrong] }
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
