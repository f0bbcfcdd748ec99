import { dirname, join } from 'node:path/posix'
import t from 'tap'
import ts from 'typescript'
import { en } from '../../src/messages/en.ts'
import { zh } from '../../src/messages/zh.ts'
import { isWords, textsUnder } from './sources.ts'

/** What templates may hold, and that every word is there, in both languages, once, and said somewhere. */

const views = textsUnder('views', '.eta')
const sources = textsUnder('src', '.ts')
const keys = Object.keys(zh)
const isKey = /^[a-z]\w*(?:\.\w+)+$/

for (const [name, text] of views) {
  t.test(name, async (t) => {
    t.notMatch(text.replace(/\/\*[\s\S]*?\*\//g, ''), /\p{Script=Han}/u, 'words live in src/messages, not in templates')
    for (const [, raw = ''] of text.matchAll(/<%~\s*([\s\S]*?)%>/g)) {
      t.match(raw.trim(), /^(include\(|it\.body$)/, 'raw output is only for layouts and partials')
    }
    t.same(
      keysAskedFor(text).filter((key) => !(key in zh)),
      [],
      'every message exists',
    )
    for (const [, prefix = ''] of text.matchAll(/\bt\(`([\w.]+)\.\$\{/g)) {
      t.ok(
        keys.some((key) => key.startsWith(`${prefix}.`)),
        `messages ${prefix}.* exist`,
      )
    }
    // The policy of trust 4.9 refuses these in the browser; here they are refused before.
    t.notMatch(text, /\sstyle\s*=/, 'no inline style')
    t.notMatch(text, /\s(?:on[a-z]+|hx-on[:\w-]*)=/, 'no inline handler')
    t.notMatch(text, /<script(?![^>]*\ssrc=)/, 'no inline script')
    t.notMatch(text, /="?\s*(?:js|javascript):/, 'no address that is a program')
    t.notMatch(text, /\s[\w-]+=<%/, 'values of attributes stand in quotation marks')
    const forms = text.match(/<form\b[^>]*method="post"/g)?.length ?? 0
    const tokens = text.match(/include\('(?:[^']*\/)?_(?:csrf|token)'/g)?.length ?? 0
    t.ok(tokens >= forms, `${forms} forms that write, ${tokens} tokens`)
  })
}

t.test('every template is a page or a piece that its slice declares, or part of one', async (t) => {
  const declared = declaredViews()
  const reached = new Set<string>()
  const reach = (name: string) => {
    const text = views.get(`views/${name}.eta`)
    if (reached.has(name)) return
    reached.add(name)
    t.ok(text !== undefined, `${name} is there`)
    for (const part of partsOf(name, text ?? '')) reach(part)
  }
  for (const name of declared) reach(name)
  for (const path of views.keys())
    t.ok(reached.has(path.slice('views/'.length, -'.eta'.length)), `${path} is shown somewhere`)
})

t.test('both languages say the same things about the same values', async (t) => {
  t.same(Object.keys(en).sort(), [...keys].sort())
  // Some values are themselves words, and then a line is given both.
  const twins: Record<string, string[]> = {
    seatEn: ['seat'],
    seatsEn: ['seats'],
    monthName: ['month'],
    due: ['year', 'month', 'day'],
  }
  const slots = (text: string) => [...text.matchAll(/\{(\w+)[?}]/g)].map(([, name = '']) => name)
  const sorted = (names: string[]) => [...new Set(names)].sort()
  const apart = keys.filter((key) => {
    const chinese = slots(zh[key as keyof typeof zh])
    const english = slots(en[key as keyof typeof en])
    const meant = english.flatMap((name) => (chinese.includes(name) ? [name] : (twins[name] ?? [name])))
    return String(sorted(meant)) !== String(sorted(chinese))
  })
  t.same(apart, [])
})

t.test('no word is written twice', async (t) => {
  const seen = new Map<string, string>()
  const twice: string[] = []
  for (const [path, text] of sources) {
    if (!path.startsWith('src/messages/zh/')) continue
    for (const [, key = ''] of text.matchAll(/^ {2}'([\w.]+)':/gm)) {
      if (seen.has(key)) twice.push(`${key} of ${path} is in ${seen.get(key)} too`)
      seen.set(key, path)
    }
  }
  t.same(twice, [])
})

t.test('every word is said somewhere', async (t) => {
  const literals = new Set<string>()
  const patterns: RegExp[] = []
  for (const [path, text] of [...sources, ...views]) {
    if (isWords(path)) continue
    for (const [, literal = ''] of text.matchAll(/['"]([a-z]\w*(?:\.\w+)+)['"]/g)) literals.add(literal)
    // `ballots.because.${rule}.${reason}`: any key of that shape may be meant.
    for (const [, shape = ''] of text.matchAll(/`((?:[\w.]|\$\{[^`{}]*\})+)`/g)) {
      if (!/^[a-z]\w*\./.test(shape) || !shape.includes('${')) continue
      const parts = shape.split(/\$\{[^{}]*\}/).map((part) => part.replaceAll('.', '\\.'))
      patterns.push(new RegExp(`^${parts.join('[\\w.]+')}$`))
    }
  }
  const told = (key: string) => literals.has(key) || patterns.some((pattern) => pattern.test(key))
  const everyVerb = String(/^journal\.[\w.]+$/)
  const silent = keys.filter((key) => {
    if (!key.startsWith('journal.')) return !told(key)
    // Told on timelines, by the verb that wrote the line.
    const verb = key.slice('journal.'.length)
    const others = patterns.filter((pattern) => String(pattern) !== everyVerb)
    return !literals.has(key) && !literals.has(verb) && !others.some((one) => one.test(key) || one.test(verb))
  })
  t.same(silent, [])
})

/** The literal keys in the first argument of each t(…), also where it chooses between several. */
function keysAskedFor(text: string): string[] {
  const found: string[] = []
  for (const { index } of text.matchAll(/\bt\(/g)) {
    let depth = 1
    let end = index + 2
    for (; end < text.length && depth > 0; end++) {
      if (text[end] === '(') depth++
      else if (text[end] === ')') depth--
      else if (text[end] === ',' && depth === 1) break
    }
    for (const [, literal = ''] of text.slice(index, end).matchAll(/['"]([^'"]+)['"]/g))
      if (isKey.test(literal)) found.push(literal)
  }
  return found
}

/** What each `interface Views` of the slices declares, and the two that `lib/http/views.ts` has itself. */
function declaredViews(): string[] {
  const names: string[] = []
  for (const [path, text] of sources) {
    if (!text.includes('interface Views')) continue
    const visit = (node: ts.Node): void => {
      if (ts.isInterfaceDeclaration(node) && node.name.text === 'Views') {
        for (const { name } of node.members)
          if (name && (ts.isStringLiteral(name) || ts.isIdentifier(name))) names.push(name.text)
      } else ts.forEachChild(node, visit)
    }
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest))
  }
  return names
}

function partsOf(name: string, text: string): string[] {
  return [...text.matchAll(/\b(?:include|layout)\(\s*['"]([^'"]+)['"]/g)].map(([, part = '']) =>
    part.startsWith('/') ? part.slice(1) : join(dirname(name), part),
  )
}
