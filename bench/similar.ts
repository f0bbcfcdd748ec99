import { pathToFileURL } from 'node:url'
import { featuresOf } from '../src/listen/likeness/features.ts'
import {
  chance,
  fitted,
  likely,
  rarityOf,
  type Signals,
  signals,
  signalsOf,
  type Weights,
} from '../src/listen/likeness/rank.ts'
import { zh } from '../src/messages/zh.ts'
import { matters, type Pair, type PairClass, pairs } from '../test/listen/pairs.ts'
import { similar } from './tfidf.ts'

/**
 * `node bench/similar.ts`: how well "a neighbour may have said this" finds the matter, on the labelled set: what it was
 * before and what it is, on the half that tuning reads and on the half held out, by class; and what each idea bought.
 * `--fit` fits the weights anew on the first half; `--misses` lists what goes wrong there, and there alone.
 */

type Half = Pair['half']
type Rank = (pair: Pair) => { no: number }[]

const documents = matters.map(({ no, title, body, building, category }) => ({
  no,
  text: `${title} ${body}`,
  building,
  category,
}))

const before: Rank = (pair) => similar(pair.words, documents, { atLeast: 0.18 })
export const likelyRank =
  (weights: Weights = fitted): Rank =>
  ({ words, building }) =>
    likely({ words, building }, documents, { weights })

export interface Figures {
  /** Of those that belong somewhere: the share whose matter is among the three shown. */
  recall: number
  /** Of those that get anything shown: the share whose best is right. */
  precision: number
  /** Of all lines shown, first to third: the share that is right. */
  lines: number
  byClass: Partial<Record<PairClass, string>>
}

export function figuresOf(rank: Rank, half: Half): Figures {
  const all = pairs.filter((pair) => pair.half === half)
  const answers = all.map((pair) => ({ pair, shown: rank(pair).slice(0, 3) }))
  const right = ({ pair, shown }: (typeof answers)[number]) => shown.some(({ no }) => no === pair.belongs)
  const somewhere = answers.filter(({ pair }) => pair.belongs !== null)
  const answered = answers.filter(({ shown }) => shown.length > 0)
  const lines = answers.flatMap(({ pair, shown }) => shown.map(({ no }) => no === pair.belongs))
  const kinds = [...new Set(all.map(({ kind }) => kind))]
  return {
    recall: somewhere.filter(right).length / somewhere.length,
    precision: answered.filter(({ pair, shown }) => shown[0]?.no === pair.belongs).length / answered.length,
    lines: lines.filter(Boolean).length / lines.length,
    byClass: Object.fromEntries(
      kinds.map((kind) => {
        const of = answers.filter(({ pair }) => pair.kind === kind)
        const good = of.filter((answer) => (answer.pair.belongs === null ? answer.shown.length === 0 : right(answer)))
        return [kind, `${good.length}/${of.length}`]
      }),
    ),
  }
}

/** What the suggestion was and is, and what it is without each idea. */
export function likenessReport(): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  const line = (name: string, half: Half, rank: Rank) => {
    const { recall, precision, lines, byClass } = figuresOf(rank, half)
    const classes = Object.entries(byClass).map(([kind, n]) => `${kind} ${n}`)
    return `${name.padEnd(34)} ${half.padEnd(5)} recall@3 ${percent(recall)}  first right ${percent(precision)}  lines right ${percent(lines)}  ${classes.join('  ')}`
  }
  const halves = ['tune', 'held'] as const
  const without = {
    'without notions (synonyms)': ['things', 'troubles', 'heard'],
    'without notions by sound': ['heard'],
    'without characters': ['grams'],
    'without building': ['sameBuilding', 'otherBuilding', 'unsaidBuilding'],
  } as const
  return [
    `${matters.length} matters, ${pairs.length} complaints`,
    ...halves.map((half) => line('before (TF-IDF)', half, before)),
    ...halves.map((half) => line('now', half, likelyRank())),
    ...Object.entries(without).flatMap(([name, left]) => {
      const weights = fit(left)
      return halves.map((half) => line(name, half, likelyRank(weights)))
    }),
  ]
}

/** Logistic regression on the half for tuning, with a pull towards 0; `left` are signals that must not be used. */
function fit(left: readonly (keyof Signals)[] = []): Weights {
  const held = documents.map((one) => featuresOf(one.text, one.building))
  const sentences = Object.values(zh).filter((message) => message.length > 5)
  const rarity = rarityOf(held, rarityOf(sentences.map((message) => featuresOf(message, null))))
  const rows = pairs
    .filter(({ half }) => half === 'tune')
    .flatMap((pair) => {
      const asked = featuresOf(pair.words, pair.building)
      return held.map((one, at) => ({
        found: signalsOf(asked, one, rarity),
        same: documents[at]?.no === pair.belongs ? 1 : 0,
      }))
    })
  const tuned = rows.length / held.length
  const used = signals.filter((signal) => !left.includes(signal))
  const weights = { ...Object.fromEntries(signals.map((signal) => [signal, 0])), bias: -5 } as unknown as Weights
  const all = ['bias', ...used] as const
  const [speed, force]: Record<string, number>[] = [{}, {}]
  for (let turn = 1; turn <= 1000; turn++) {
    const slope: Record<string, number> = Object.fromEntries(all.map((one) => [one, 0]))
    for (const { found, same } of rows) {
      const error = chance(found, weights) - same
      slope.bias = Number(slope.bias) + error
      for (const one of used) if (found[one]) slope[one] = Number(slope[one]) + error * found[one]
    }
    for (const one of all) {
      const pull = Number(slope[one]) / tuned + (one === 'bias' ? 0 : 0.002 * weights[one])
      const [m, v] = [0.9 * (speed?.[one] ?? 0) + 0.1 * pull, 0.999 * (force?.[one] ?? 0) + 0.001 * pull * pull]
      Object.assign(speed ?? {}, { [one]: m })
      Object.assign(force ?? {}, { [one]: v })
      weights[one] -= (0.05 * m) / (1 - 0.9 ** turn) / (Math.sqrt(v / (1 - 0.999 ** turn)) + 1e-8)
    }
  }
  for (const one of all) weights[one] = Math.round(weights[one] * 100) / 100
  return weights
}

function misses(): string[] {
  return pairs
    .filter(({ half }) => half === 'tune')
    .flatMap((pair) => {
      const shown = likely(pair, documents)
      const right = pair.belongs === null ? shown.length === 0 : shown.some(({ no }) => no === pair.belongs)
      return right
        ? []
        : [`${pair.kind}: ${pair.words} → ${shown.map(({ text, score }) => `${text} ${score.toFixed(2)}`).join(' | ')}`]
    })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const asked = new Set(process.argv.slice(2))
  const lines = asked.has('--fit') ? [JSON.stringify(fit())] : asked.has('--misses') ? misses() : likenessReport()
  process.stdout.write(`${lines.join('\n')}\n`)
}
