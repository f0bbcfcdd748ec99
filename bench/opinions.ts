import { groupsOf } from '../src/listen/questions/groups/rules.ts'
import { comesTo } from '../src/listen/questions/reckoning.ts'
import { adjustedRand, planted } from '../test/listen/planted.ts'

/** How long a wide question takes to reckon: node bench/opinions.ts [people] [statements] [share not answered] */
const [people = 4_000, statements = 400, missing = 0.6] = process.argv.slice(2).map(Number)
const crowd = planted({ people, statements, groups: 4, noise: 0.2, missing, seed: 1 })
const words = Array.from({ length: statements }, (_, i) => `${i}`)
const voices = crowd.people.map((answers, i) => ({ household: i % 2 === 0, answers }))
groupsOf(crowd.people.slice(0, 400))
const times: number[] = []
let longest = 0
for (let i = 0; i < 5; i++) {
  const began = performance.now()
  const steps = comesTo(words, voices)
  for (let from = began; ; ) {
    const { done } = steps.next()
    longest = Math.max(longest, performance.now() - from)
    from = performance.now()
    if (done) break
  }
  times.push(performance.now() - began)
}
times.sort((a, b) => a - b)
const ms = (value = 0) => `${Math.round(value)} ms`
const rand = adjustedRand(crowd.truth, groupsOf(crowd.people)?.of ?? [])
process.stdout.write(
  `${people} people, ${statements} statements, ${Math.round(100 * (1 - missing))} % answered: ${ms(times[2])} ` +
    `(${ms(times[0])} to ${ms(times[4])}), longest step ${ms(longest)}, adjusted Rand ${rand.toFixed(3)}\n`,
)
