import { pathToFileURL } from 'node:url'
import { groupsOf } from '../src/listen/questions/groups/rules.ts'
import { comesTo } from '../src/listen/questions/reckoning.ts'
import { adjustedRand, planted } from '../test/listen/planted.ts'

/** How long a wide question takes to reckon: node bench/opinions.ts [people] [statements] [share not answered] */
export function opinions(people = 4_000, statements = 400, missing = 0.6) {
  const crowd = planted({ people, statements, groups: 4, noise: 0.2, missing, seed: 1 })
  const words = Array.from({ length: statements }, (_, i) => `${i}`)
  const voices = crowd.people.map((answers, i) => ({ household: i % 2 === 0, answers }))
  groupsOf(crowd.people.slice(0, 400))
  const times: number[] = []
  let longest = 0
  for (let i = 0; i < 5; i++) {
    // CPU of ours, so that whoever else is on the machine is no part of it; nothing here waits.
    const before = process.cpuUsage()
    const steps = comesTo(words, voices)
    for (let from = performance.now(); ; ) {
      const { done } = steps.next()
      longest = Math.max(longest, performance.now() - from)
      from = performance.now()
      if (done) break
    }
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
  }
  times.sort((a, b) => a - b)
  const [least = 0, , ms = 0, , most = 0] = times
  const rand = adjustedRand(crowd.truth, groupsOf(crowd.people)?.of ?? [])
  return { people, statements, answered: 1 - missing, ms, least, most, longest, rand }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const all = opinions(...process.argv.slice(2).map(Number))
  const ms = (value: number) => `${Math.round(value)} ms`
  process.stdout.write(
    `${all.people} people, ${all.statements} statements, ${Math.round(100 * all.answered)} % answered: ${ms(all.ms)} ` +
      `(${ms(all.least)} to ${ms(all.most)}), longest step ${ms(all.longest)}, adjusted Rand ${all.rand.toFixed(3)}\n`,
  )
}
