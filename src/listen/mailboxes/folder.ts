import { lstat, mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { largestLetter, type Mailbox, mostLetters } from './mailbox.ts'

/** A folder of letters, as a mail server's delivery program fills it: `new` is what came, `cur` what has been read. */
export async function openFolder(folder: string): Promise<Mailbox> {
  const [fresh, read] = [join(folder, 'new'), join(folder, 'cur')]
  for (const each of [fresh, read]) await mkdir(each, { recursive: true, mode: 0o700 })
  return {
    async *letters() {
      const names = (await readdir(fresh)).filter((name) => !name.startsWith('.')).sort()
      let given = 0
      for (const name of names) {
        const path = join(fresh, name)
        // Another process may have been quicker; a link may lead anywhere.
        const stat = await lstat(path).catch(() => null)
        if (!stat?.isFile()) continue
        if (given++ === mostLetters) return
        yield {
          name,
          bytes: stat.size > largestLetter ? null : await readFile(path),
          settle: () => rename(path, join(read, name)).catch(() => {}),
        }
      }
    },
    async close() {},
  }
}
