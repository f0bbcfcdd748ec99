import { WrongConfig } from './config.ts'
import { NotFit } from './lib/db/check.ts'
import { EmbeddedInUse } from './lib/db/lock.ts'

/** How a program of ours ends when it cannot go on: a sentence for whoever started it, and a code (docs/contract.md). */
interface Ending {
  code: 66 | 69 | 75 | 78
  text: string
}

const noServer = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', '57P03', '53300'])
const noEntrance = new Set(['28000', '28P01', '3D000', '42501'])
const noFolder = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOSPC'])

/** What to say and which code to end with; null for a fault of our own, which deserves its stack. */
export function endingOf(error: unknown): Ending | null {
  if (error instanceof WrongConfig) return { code: 78, text: list('The environment is not right:', error.faults) }
  if (error instanceof NotFit) return { code: 78, text: list('This database is not safe to work on:', error.reasons) }
  if (error instanceof EmbeddedInUse) {
    const advice = 'Stop that process first, or set DATABASE_URL to a PostgreSQL server.'
    return { code: 75, text: `${error.message}.\n${advice}` }
  }
  // Several addresses of one server that all refuse come as one error of many.
  const {
    code = '',
    message,
    path,
  } = (error instanceof AggregateError ? error.errors[0] : error) as {
    code?: string
    message?: string
    path?: string
  }
  if (code === 'ENOENT') return { code: 66, text: `Cannot read ${path}: there is no such file.` }
  if (code === 'EADDRINUSE') return { code: 78, text: 'PORT: another program already listens there.' }
  if (code === 'EADDRNOTAVAIL') return { code: 78, text: 'HOST: this machine has no such address.' }
  if (noServer.has(code))
    return { code: 69, text: `The database server does not answer (${code}). Is DATABASE_URL right?` }
  if (noEntrance.has(code)) return { code: 78, text: `DATABASE_URL: the database server says: ${message}` }
  if (noFolder.has(code))
    return { code: 78, text: `Cannot write to ${path ?? 'a folder'} (${code}): look at DATA_DIR and KEY_DIR.` }
  if (message?.startsWith('corrupted migrations')) {
    return { code: 78, text: `The database belongs to another version of this program: ${message}` }
  }
  return null
}

const list = (title: string, lines: string[]) => [title, ...lines.map((line) => `  ${line}`)].join('\n')
