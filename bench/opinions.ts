import { groupsOf } from '../src/listen/questions/groups/rules.ts'
import { adjustedRand, planted } from '../test/listen/planted.ts'

/** How long the groups of a wide question take: node bench/opinions.ts [people] [statements] */
const [people = 4_000, statements = 400] = process.argv.slice(2).map(Number)
const crowd = planted({ people, statements, groups: 4, noise: 0.2, missing: 0.6, seed: 1 })
groupsOf(crowd.people.slice(0, 400))
const times: number[] = []
let rand = 0
for (let i = 0; i < 5; i++) {
  const began = performance.now()
  const found = groupsOf(crowd.people)
  times.push(performance.now() - began)
  rand = adjustedRand(crowd.truth, found?.of ?? [])
}
times.sort((a, b) => a - b)
const ms = (at: number) => Math.round(times[at] ?? 0)
process.stdout.write(
  `${people} people, ${statements} statements: ${ms(2)} ms (${ms(0)} to ${ms(4)}), adjusted Rand ${rand.toFixed(3)}\n`,
)
