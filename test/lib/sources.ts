import { readdirSync, readFileSync } from 'node:fs'

/** The project's own files as texts, for tests that hold policy. Paths are from its root. */
export function textsUnder(folder: 'src' | 'views' | 'static', ext: string): Map<string, string> {
  const root = new URL(`../../${folder}/`, import.meta.url)
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'))
  return new Map(
    names
      .filter((name) => name.endsWith(ext))
      .sort()
      .map((name) => [`${folder}/${name}`, readFileSync(new URL(name, root), 'utf8')]),
  )
}

export const isWords = (path: string) => path.startsWith('src/messages/')
