import fc from 'fast-check'
import t from 'tap'
import { customRule } from '../../src/vote/rules/catalogue.ts'
import { decideApproval, decidePlurality, rankScores } from '../../src/vote/rules/choosing.ts'
import { decideConsent } from '../../src/vote/rules/consent.ts'
import { type Cast, gather } from '../../src/vote/rules/counting.ts'
import { electorateOf } from '../../src/vote/rules/electorate.ts'
import { explain, type Result } from '../../src/vote/rules/explain.ts'
import { walkGates } from '../../src/vote/rules/gates.ts'
import { drawLots } from '../../src/vote/rules/lots.ts'
import { decideShare, decideUnanimous } from '../../src/vote/rules/majority.ts'
import { countOwners, decideDual } from '../../src/vote/rules/owners.ts'
import { decideSeats, type Seat } from '../../src/vote/rules/parties.ts'
import { standingCasts, weighMandates } from '../../src/vote/rules/proxies.ts'
import { decideRanked } from '../../src/vote/rules/ranking.ts'
import type { Edition, ShareRule } from '../../src/vote/rules/rule.ts'
import { further } from '../../src/vote/rules/shares.ts'
import { paragraph } from '../../src/vote/rules/words.ts'
import { approved, dual, enough, majority, ownersTotals, promised, ranked, rule, type Votes } from './oracle.ts'

/** Every rule against an oracle that counts another way, on ten thousand elections each; fast-check shrinks what differs. */
const elections = { numRuns: 10_000 }

/** Whatever the numbers, the paragraph is whole, in both languages. */
const told = (edition: Edition, result: Result): boolean => {
  const sentences = explain(edition, result, { unit: 'household', subject: null })
  return !(['zh', 'en'] as const).some((locale) => /[{}]|undefined|NaN|null/.test(paragraph(sentences, locale)))
}
/** Words are slow; every so often is enough. */
let runs = 0
const now = () => ++runs % 16 === 0

const crowds: fc.Arbitrary<Votes> = fc.record({
  yes: fc.nat(900),
  no: fc.nat(900),
  abstain: fc.nat(300),
  silent: fc.nat(300),
  away: fc.nat(900),
})
/** Exactly at the share, one below, one above, of a base of every size, nothing included. */
const edges = (num: number, den: number): fc.Arbitrary<Votes> =>
  fc.tuple(fc.nat(300), fc.constantFrom(-1, 0, 1), fc.nat(4)).map(([k, off, where]) => {
    const yes = Math.max(0, num * k + off)
    const rest = (den - num) * k
    const at = (place: number) => (where === place ? rest : 0)
    return { yes, no: at(0), abstain: at(1), silent: at(2), away: at(3) }
  })
const counted = ({ yes, no, abstain, silent, away }: Votes) => {
  const present = yes + no + abstain + silent
  return { for: yes, against: no, abstain, invalid: 0, present, all: present + away }
}

t.test('M1 to M5: shares of the votes, of those present, of all', async () => {
  for (const code of Object.keys(promised) as (keyof typeof promised)[]) {
    const [, num, den] = promised[code]
    const edition = rule(code, 'share')
    fc.assert(
      fc.property(fc.oneof(crowds, edges(num, den)), (votes) => {
        const result = decideShare(edition, counted(votes))
        const passes = majority(code, votes)
        // So many more yes, of people who had not voted, and it passes; one fewer and it does not.
        const more = (k: number) => {
          const quiet = Math.min(k, votes.silent)
          const came = {
            ...votes,
            yes: votes.yes + k,
            silent: votes.silent - quiet,
            away: Math.max(0, votes.away - k + quiet),
          }
          return promised[code][0] === 'v'
            ? majority(code, came)
            : enough(votes.yes + k, result.checks[0]?.whole ?? 0, [num, den, edition.share.strict])
        }
        const lacks = result.further
        const exact = lacks === null ? result.reason === 'zero' : more(lacks) && (lacks === 0 || !more(lacks - 1))
        return (result.outcome === 'passed') === passes && exact && (!now() || told(edition, result))
      }),
      elections,
    )
  }
})

t.test('M6: any fraction, with or without abstentions', async () => {
  const set = fc.record({
    num: fc.integer({ min: 1, max: 12 }),
    more: fc.nat(12),
    strict: fc.boolean(),
    base: fc.constantFrom<ShareRule['base']>('cast', 'present', 'all'),
    abstain: fc.constantFrom<ShareRule['abstain']>('out', 'notYes'),
  })
  fc.assert(
    fc.property(
      set.chain((one) => fc.tuple(fc.constant(one), fc.oneof(crowds, edges(one.num, one.num + one.more)))),
      ([{ num, more, strict, base, abstain }, votes]) => {
        const share = { num, den: num + more, strict: strict && more > 0 }
        const edition = customRule({ base, abstain, share })
        const whole =
          votes.yes +
          votes.no +
          (abstain === 'out' ? 0 : votes.abstain) +
          (base === 'cast' ? 0 : votes.silent) +
          (base === 'all' ? votes.away : 0)
        const result = decideShare(edition, counted(votes))
        return (
          (result.outcome === 'passed') === enough(votes.yes, whole, [num, share.den, share.strict]) &&
          (!now() || told(edition, result))
        )
      },
    ),
    elections,
  )
})

t.test('M7: nobody against, or everybody for', async () => {
  const few = fc.record({ yes: fc.nat(3), no: fc.nat(1), abstain: fc.nat(2), silent: fc.nat(1), away: fc.nat(1) })
  for (const code of ['M7', 'M7s'] as const) {
    const edition = rule(code, 'unanimous')
    fc.assert(
      fc.property(fc.oneof(few, crowds), (votes) => {
        const { yes, no, abstain, silent } = votes
        const result = decideUnanimous(edition, counted(votes))
        const passes = yes > 0 && no === 0 && (code === 'M7' || abstain + silent === 0)
        return (result.outcome === 'passed') === passes && (!now() || told(edition, result))
      }),
      elections,
    )
  }
})

const kinds = ['consent', 'aside', 'object', 'object'] as const
t.test('C1: what stands after the last word', async () => {
  const edition = rule('C1', 'consent')
  const words = fc.array(fc.nat(8 * 4 * 2 - 1), { maxLength: 8 })
  fc.assert(
    fc.property(words, fc.nat(4), fc.option(fc.nat(255)), (codes, firstRound, mask) => {
      const said = codes.map((code) => ({
        voter: `p${code % 8}`,
        stance: kinds[(code >> 3) & 3] ?? 'consent',
        reason: code >> 5 ? 'noise' : ' ',
      }))
      const room =
        mask === null ? null : new Set([0, 1, 2, 3, 4, 5, 6, 7].filter((i) => mask & (1 << i)).map((i) => `p${i}`))
      const result = decideConsent([said.slice(0, firstRound), said.slice(firstRound)], room)
      const heard = said.filter(({ voter }) => room?.has(voter) ?? true)
      // From behind: the first word one meets of each is her last.
      const stands = heard.filter(
        (word, i) =>
          word.stance === 'object' &&
          word.reason === 'noise' &&
          !heard.slice(i + 1).some(({ voter }) => voter === word.voter),
      )
      const anybody = room ? room.size > 0 : heard.length > 0
      return (
        (result.outcome === 'passed') === (anybody && stands.length === 0) &&
        result.objections.length === stands.length &&
        (!now() || told(edition, result))
      )
    }),
    elections,
  )
})

const letters = ['a', 'b', 'c', 'd', 'e']
const sorted = (options: Iterable<string>) => [...options].sort().join()

t.test('PL: the most votes, and who ties', async () => {
  const edition = rule('PL', 'plurality')
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(5), { maxLength: 9 }), (n, picks) => {
      const options = letters.slice(0, n)
      const ballots = picks.map((pick) => letters[pick] ?? '')
      const votes = options.map((option) => ballots.filter((ballot) => ballot === option).length)
      const most = Math.max(...votes)
      const top = options.filter((_, i) => votes[i] === most)
      const result = decidePlurality(options, ballots)
      const right =
        most === 0
          ? result.outcome === 'rejected'
          : top.length === 1
            ? sorted(result.chosen) === sorted(top)
            : sorted(result.tied) === sorted(top)
      const whole = result.valid + result.invalid + result.abstain === ballots.length
      return right && whole && result.chosen.length * result.tied.length === 0 && (!now() || told(edition, result))
    }),
    elections,
  )
})

/** Each number is a ballot: five bits of approval, and now and then an option nobody knows. */
const approvals = fc.array(fc.nat(127), { maxLength: 7 })
const approvalOf = (code: number): string[] => [
  ...letters.filter((_, i) => code & (1 << i)),
  ...(code >= 120 ? ['unknown'] : []),
]

t.test('AP: the first so many, the run-off, the lot; or all above a threshold', async () => {
  const places = rule('AP', 'approval')
  const threshold = rule('APt', 'approval')
  fc.assert(
    fc.property(approvals, fc.integer({ min: 1, max: 5 }), fc.boolean(), (codes, number, runoff) => {
      const ballots = codes.map(approvalOf)
      const { safe, atCut, n } = approved(letters, ballots, number)
      const seed = runoff ? `seed${number}` : null
      const result = decideApproval(places, letters, ballots, { number, seed })
      const drawn = drawLots(`seed${number}`, atCut).slice(0, number - safe.length)
      const right = runoff
        ? sorted(result.chosen) === sorted([...safe, ...drawn]) && result.tied.length === 0
        : sorted(result.chosen) === sorted(safe) && sorted(result.tied) === sorted(atCut)
      const above = decideApproval(threshold, letters, ballots, { number, seed })
      const reached = letters.filter((option) => n(option) >= number)
      return right && sorted(above.chosen) === sorted(reached) && (!now() || told(places, result))
    }),
    elections,
  )
})

t.test('RC: who wins and who drops out, through ties, look-backs and lots', async () => {
  const edition = rule('RC', 'ranked')
  const ways = new Set<string>()
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(3124), { maxLength: 9 }),
      fc.nat(9),
      (n, codes, seed) => {
        const options = letters.slice(0, n)
        // Five digits to the base of five, read up to the first repeated one; some ballots are spoiled that way on purpose.
        const ballots = codes.map((code) => {
          const digits = [1, 5, 25, 125, 625].map((power) => letters[Math.floor(code / power) % 5] ?? '')
          return code % 13 === 0
            ? digits
            : digits.filter((option, i) => options.includes(option) && digits.indexOf(option) === i)
        })
        const result = decideRanked(edition, options, ballots, `${seed}`)
        const { winner, out } = ranked(options, ballots, `${seed}`)
        for (const round of result.rounds) if (round.out) ways.add(round.out.by)
        const gone = result.rounds.flatMap((round) => round.out?.option ?? [])
        const whole = result.rounds.every(({ continuing, exhausted }) => continuing + exhausted === result.valid)
        return (
          (result.chosen[0] ?? null) === winner &&
          gone.join() === out.join() &&
          whole &&
          (!now() || told(edition, result))
        )
      },
    ),
    elections,
  )
  t.same([...ways].sort(), ['fewest', 'lookBack', 'lot'], 'every way of dropping out was met')
})

t.test('SC: sums in order, equals share a place', async () => {
  const edition = rule('SC', 'score')
  fc.assert(
    fc.property(fc.array(fc.nat(6 ** 4 - 1), { maxLength: 7 }), fc.constantFrom(0, 9), (codes, budget) => {
      const options = letters.slice(0, 4)
      const ballots = codes.map((code) =>
        [1, 6, 36, 216].map((power) => (Math.floor(code / power) % 6) + (code % 11 === 0 ? 1 : 0)),
      )
      const fair = ballots.filter(
        (points) => points.every((n) => n <= 5) && (budget === 0 || points.reduce((sum, n) => sum + n) <= 9),
      )
      const sums = options.map((_, i) => fair.reduce((sum, points) => sum + (points[i] ?? 0), 0))
      const result = rankScores(
        { max: 5, budget },
        options,
        ballots.map((points) => new Map(points.map((n, i) => [options[i] ?? '', n]))),
      )
      const right = result.sums.every(({ option, sum, place }) => {
        const own = sums[options.indexOf(option)] ?? -1
        return own === sum && place === 1 + sums.filter((other) => other > own).length
      })
      return (
        right &&
        result.valid === fair.length &&
        (result.outcome === 'ordered') === fair.length > 0 &&
        (!now() || told(edition, result))
      )
    }),
    elections,
  )
})

t.test('S5: presence, required seats, and how many say yes, in all three variants', async () => {
  const votes = ['for', 'against', 'abstain', null] as const
  // Mostly present, voting and held, as tables are; the rest as it comes.
  const seat = fc.nat(4 * 4 * 4 * 5 * 5 * 6 - 1).map((code): Seat => {
    const bits = { choice: votes[code % 4] ?? null, required: Math.floor(code / 4) % 4 === 0 }
    const rest = Math.floor(code / 16)
    return {
      ...{ name: '席', nameEn: 'seat', ...bits, voting: rest % 4 !== 0, vacant: Math.floor(rest / 4) % 5 === 0 },
      ...{ recused: Math.floor(rest / 20) % 5 === 0, present: Math.floor(rest / 100) % 6 !== 0 },
    }
  })
  for (const code of ['S5', 'S5c', 'S5m'] as const) {
    const edition = rule(code, 'seats')
    fc.assert(
      fc.property(fc.array(seat, { maxLength: 7 }), (seats) => {
        let [base, here, yes, may, away] = [0, 0, 0, 0, 0]
        for (const one of seats) {
          if (one.vacant) continue
          if (one.required && !one.present) away++
          if (!one.voting) continue
          base++
          if (one.present) here++
          if (one.recused) continue
          may++
          if (one.present && one.choice === 'for') yes++
        }
        const says = { S5: yes > 2, S5c: may > 0 && yes === may, S5m: yes > may - yes }[code]
        // At most one of five is away.
        const passes = base > 0 && (base - here) * 5 <= base && away === 0 && says
        const result = decideSeats(edition, seats)
        return (result.outcome === 'passed') === passes && (!now() || told(edition, result))
      }),
      elections,
    )
  }
})

t.test('D1, D2: totals at the edges, to 0.01 m²', async () => {
  const near = (num: number, den: number) => (whole: number, off: number) =>
    Math.min(whole, Math.max(0, Math.ceil((whole * num) / den) + off))
  const offs = fc.constantFrom(-1, 0, 0, 1)
  for (const code of ['D1', 'D2'] as const) {
    const edition = rule(code, 'dual')
    const [part, yes] = [near(2, 3), code === 'D1' ? near(1, 2) : near(3, 4)]
    const forced = fc.tuple(fc.nat(2_000), fc.nat(20_000_000), offs, offs, offs, offs).map(([TH, TA, a, b, c, d]) => {
      const [PH, PA] = [part(TH, a), part(TA, b)]
      return { TH, TA, PH, PA, YH: yes(PH, c), YA: yes(PA, d) }
    })
    const any = fc.tuple(fc.nat(60), fc.nat(60), fc.nat(60), fc.nat(9_999), fc.nat(9_999), fc.nat(9_999))
    const random = any.map(([YH, h, H, YA, a, A]) => ({
      YH,
      PH: YH + h,
      TH: YH + h + H,
      YA,
      PA: YA + a,
      TA: YA + a + A,
    }))
    fc.assert(
      fc.property(fc.oneof(forced, random), (sums) => {
        const { TH, TA, PH, PA, YH, YA } = sums
        const result = decideDual(edition, {
          total: { heads: TH, area: TA },
          participating: { heads: PH, area: PA },
          for: { heads: YH, area: YA },
        })
        const { heads, area } = result.missing.decision
        // With so many more that take part and say yes it passes; with a head or a hundredth less it does not.
        const grown = (h: number, a: number) => dual(code, { TH, TA, PH: PH + h, PA: PA + a, YH: YH + h, YA: YA + a })
        const exact =
          heads === null ||
          area === null ||
          TH * TA === 0 ||
          (grown(heads, area) && (heads === 0 || !grown(heads - 1, area)) && (area === 0 || !grown(heads, area - 1)))
        return (result.outcome === 'passed') === dual(code, sums) && exact && (!now() || told(edition, result))
      }),
      elections,
    )
  }
})

t.test('D1, D2: from units and ballots, co-owners at odds among them', async () => {
  const people = ['A', 'B', 'C', 'D']
  const choices = ['for', 'for', 'against', 'abstain', null] as const
  for (const code of ['D1', 'D2'] as const) {
    const edition = rule(code, 'dual')
    fc.assert(
      fc.property(
        fc.array(fc.nat(0xfff), { maxLength: 7 }),
        fc.array(fc.nat(0xffff), { maxLength: 10 }),
        (lots, papers) => {
          const units = lots.map((lot, i) => ({
            name: `u${i}`,
            // One owner mostly, two at times.
            owners: [...new Set([people[lot & 3] ?? '', people[(lot & 12) === 0 ? (lot >> 4) & 3 : lot & 3] ?? ''])],
            area: (lot >> 4) & 15,
            countsArea: ((lot >> 8) & 7) !== 0,
            countsHead: ((lot >> 9) & 7) !== 0,
          }))
          const ballots = papers.map((paper, id) => ({
            id,
            unit: `u${(paper >> 2) % 8}`,
            voter: people[paper & 3] ?? '',
            choice: choices[(paper >> 5) % 5] ?? null,
            at: (paper >> 8) % 9,
          }))
          const electorate = electorateOf(units.map((unit) => ({ ...unit, delivered: true, agreed: null })))
          const terms = { closesAt: 8, followAllowed: false, buyers: new Map<string, string>() }
          const count = countOwners(
            electorate,
            ballots.map((ballot) => ({ ...ballot, way: 'own' as const })),
            terms,
          )
          const sums = ownersTotals(units, ballots, 8)
          const { total, participating, for: yes } = count
          const same =
            [total.heads, total.area, participating.heads, participating.area, yes.heads, yes.area].join() ===
            Object.values(sums).join()
          return same && (decideDual(edition, count).outcome === 'passed') === dual(code, sums)
        },
      ),
      elections,
    )
  }
})

t.test('G4: gate after gate', async () => {
  const edition = rule('G4', 'gates')
  const gate = fc.tuple(fc.nat(12), fc.nat(12), fc.nat(12), fc.nat(9)).map(([a, b, c, d]) => {
    const [yes = 0, present = 0, members = 0] = [a, b, c].sort((one, other) => one - other)
    return { for: yes, present, members, done: d > 0 }
  })
  fc.assert(
    fc.property(fc.array(gate, { maxLength: 6 }), (gates) => {
      const passes = [
        () => true,
        ({ for: yes, present }: (typeof gates)[number]) => yes > present - yes,
        ({ for: yes, present, members }: (typeof gates)[number]) =>
          present >= 2 * (members - present) && members > 0 && yes > members - yes,
        ({ for: yes, present, members }: (typeof gates)[number]) =>
          present >= 2 * (members - present) && members > 0 && yes > present - yes,
        () => true,
        () => true,
      ]
      const at = passes.findIndex((pass, i) => !gates[i]?.done || !pass(gates[i]))
      const outcome = at === -1 ? 'passed' : gates[at]?.done ? 'rejected' : 'open'
      const result = walkGates(edition, gates)
      const right =
        result.outcome === outcome && (at === -1 ? result.at === null : result.stages[at]?.stage === result.at)
      return right && (!now() || told(edition, result))
    }),
    elections,
  )
})

t.test('which ballots count: each voter looked through on her own', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(0xffff), { maxLength: 12 }),
      fc.constantFrom('last', 'first'),
      fc.option(fc.nat(31)),
      (papers, repeats, mask) => {
        const casts = papers.map(
          (paper, id): Cast<string> => ({
            id,
            voter: paper & 7,
            choice: (paper >> 3) % 4 === 0 ? null : 'for',
            at: (paper >> 5) % 7,
            way: paper & 0x8000 ? 'paper' : 'own',
          }),
        )
        const roll = new Set([0, 1, 2, 3, 4])
        const attendance = mask === null ? null : new Set([0, 1, 2, 3, 4].filter((i) => mask & (1 << i)))
        const result = gather(casts, { repeats, closesAt: 6, roll, attendance })
        const when = ({ at, way, id }: Cast<string>) => at * 1_000 + (way === 'own' ? 100 : 0) + id
        const stands = [0, 1, 2, 3, 4].flatMap((voter) => {
          if (attendance && !attendance.has(voter)) return []
          const own = casts.filter((cast) => cast.voter === voter && cast.choice !== null && cast.at < 6)
          const times = own.map(when)
          return own.filter((cast) => when(cast) === (repeats === 'last' ? Math.max(...times) : Math.min(...times)))
        })
        const ids = (list: readonly { id: number }[]) =>
          list
            .map(({ id }) => id)
            .sort((a, b) => a - b)
            .join()
        return ids(result.counted) === ids(stands) && result.present === (attendance?.size ?? stands.length)
      },
    ),
    elections,
  )
})

t.test('mandates: whoever speaks for somebody may, and nobody twice', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(0xffff), { maxLength: 8 }),
      fc.array(fc.nat(0xfff), { maxLength: 8 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(0xfff),
      (notes, papers, limit, come) => {
        const mandates = notes.map((note, i) => ({
          ...{
            id: i,
            principal: note & 7,
            holder: `h${(note >> 3) & 1}`,
            written: (note >> 4) % 5 !== 0,
            registeredAt: i,
          },
          ...{
            ballot: (note >> 7) % 4 === 0 ? 2 : null,
            expiresAt: null,
            revokedAt: (note >> 9) % 4 === 0 ? (note >> 11) % 12 : null,
          },
        }))
        const checkins = new Map([0, 1, 2, 3].filter((i) => come & (1 << i)).map((i) => [i, (come >> 4) % 12]))
        const casts = papers.map((paper, id) => ({
          ...{ id, voter: paper & 7, holder: paper & 8 ? `h${(paper >> 4) & 1}` : null, at: 4 + ((paper >> 5) % 9) },
          ...{ choice: (paper >> 9) % 4 === 0 ? null : 'for', way: 'own' as const },
        }))
        const { stand } = standingCasts(casts, weighMandates(mandates, { ballot: 1, limit, checkins }), 12)
        const about = mandates.filter((one) => one.written && one.ballot !== 2)
        const one = about.filter(
          (mandate, i) => !about.slice(0, i).some(({ principal }) => principal === mandate.principal),
        )
        const good = one.filter(
          (mandate, i) => one.slice(0, i).filter(({ holder }) => holder === mandate.holder).length < limit,
        )
        const right = casts.filter((cast) => {
          if (cast.holder === null) return true
          if (
            casts.some((own) => own.holder === null && own.voter === cast.voter && own.choice !== null && own.at < 12)
          )
            return false
          return good.some(
            ({ principal, holder, registeredAt, revokedAt }) =>
              principal === cast.voter &&
              holder === cast.holder &&
              registeredAt <= cast.at &&
              !(revokedAt !== null && revokedAt <= cast.at) &&
              !((checkins.get(principal) ?? 99) <= cast.at),
          )
        })
        return stand.map(({ id }) => id).join() === right.map(({ id }) => id).join()
      },
    ),
    elections,
  )
})

t.test('further yes where unanimity is asked: a no can never be made up for', async (t) => {
  const all = { num: 1, den: 1, strict: false }
  t.same([further(3, 4, all), further(0, 0, all), further(4, 4, all)], [null, 1, 0])
})
