import { sha256Hex } from '../../lib/tokens.ts'
import { paperOf } from '../../vote/ballots/answers.ts'
import { wholeOf } from '../../vote/ballots/decision.ts'
import type { MinutesRead } from './reads.ts'
import type { BallotFacts, SeatFacts } from './record.ts'
import { dayInFull, numeral, timeOf } from './wording.ts'

/**
 * The minutes as a document, once for paper, screen and file. Texts may have been edited; tables are printed from the
 * record whatever a text says, so a number that was counted cannot be talked away.
 */

export interface Table {
  caption: string
  head: string[]
  rows: string[][]
}

export interface MinutesDocument {
  /** The red line of letters at the head. */
  red: string
  title: string
  /** 草稿, 征求确认稿; null once it is public. */
  mark: string | null
  opening: string[]
  attendance: Table
  items: { heading: string; lines: string[]; edited: boolean; ballots: (BallotFacts & { bar: Bar | null })[] }[]
  closing: string[]
  /** What was counted, who does what until when, what each seat says: null where there is nothing of it. */
  counts: Table | null
  duties: Table | null
  answers: Table | null
  remarks: string[]
  sign: string
  date: string
  fingerprint: string
}

type Bar = ReturnType<typeof barOf>

/** `names`: for those with a part in it; everybody else reads posts (domain 3.11). */
export function documentOf(minutes: MinutesRead, community: { name: string }, names: boolean): MinutesDocument {
  const { facts, parts, state } = minutes
  const texts = parts.map(({ text }) => text)
  return {
    red: `${community.name}会议纪要`,
    title: `${facts.title}纪要`,
    mark: state === 'draft' ? '草稿' : state === 'confirm' ? '征求确认稿' : null,
    opening: linesOf(texts[0]),
    attendance: attendanceTable(facts.seats, names),
    items: facts.items.map((item, i) => ({
      heading: `${numeral(i + 1)}、${item.title}`,
      lines: linesOf(texts[i + 1]),
      edited: (parts[i + 1]?.edited ?? null) !== null,
      ballots: item.ballots.map((ballot) => ({ ...ballot, bar: barOf(ballot) })),
    })),
    closing: linesOf(texts[facts.items.length + 1]),
    counts: countsTable(minutes),
    duties: dutiesTable(minutes, names),
    answers: answersTable(minutes),
    remarks: remarksOf(minutes),
    sign: `${community.name.replace(/(?:居民区|社区|小区)$/, '')}居民委员会`,
    date: dayInFull((minutes.published_at ?? minutes.drafted_at).toISOString()),
    fingerprint: minutes.text_sha256 ?? sha256Hex(texts.join('\n\n')),
  }
}

const linesOf = (text = ''): string[] => text.split('\n').filter((line) => line.trim() !== '')

function attendanceTable(seats: readonly SeatFacts[], names: boolean): Table {
  const rows = seats.map((seat) => {
    if (seat.vacant) return [seat.name, '空缺', '']
    if (seat.came.length === 0) return [seat.name, '未到', '']
    const who = seat.came.map(({ name, post, alternate }) => {
      const shown = (names ? `${name}${post ? ` ${post}` : ''}` : post) || '代表'
      return alternate ? `${shown}（替补）` : shown
    })
    const times = seat.came.map(({ arrivedAt, leftAt }) =>
      leftAt ? `${timeOf(arrivedAt)}到 ${timeOf(leftAt)}离席` : timeOf(arrivedAt),
    )
    return [seat.name, who.join('、'), times.join('、')]
  })
  return { caption: '出席情况', head: ['席位', '出席', '签到'], rows }
}

const outcomes = { passed: '通过', rejected: '未通过', again: '再投一轮', ordered: '排出先后' }

function countsTable({ facts }: MinutesRead): Table | null {
  const rows = facts.items.flatMap((item, i) =>
    item.ballots.map(({ no, voters, numbers, outcome, eligible }) => [
      `${numeral(i + 1)}（第${no}号）`,
      voters === 'seat' ? '席' : '户',
      String(eligible),
      ...(numbers ? [numbers.present, numbers.for, numbers.against, numbers.abstain].map(String) : ['', '', '', '']),
      outcome ? outcomes[outcome] : '',
    ]),
  )
  const head = ['议题', '单位', '应到', '在场', '赞成', '反对', '弃权', '结果']
  return rows.length ? { caption: '表决情况', head, rows } : null
}

function dutiesTable({ facts }: MinutesRead, names: boolean): Table | null {
  const rows = facts.items.flatMap(({ resolution }, i) => {
    if (!resolution) return []
    const { no, text, seat, post, name, due, trial } = resolution
    const who = [seat, post, ...(names ? [name] : [])].filter(Boolean).join(' ')
    const until = trial ? `，试行到${dayInFull(trial.endsOn)}` : ''
    return [[numeral(i + 1), `${text}（决议第${no}号${until}）`, who, dayInFull(due)]]
  })
  return rows.length ? { caption: '责任和期限', head: ['议题', '做什么', '责任方', '期限'], rows } : null
}

const stands = { confirmed: '已确认', objected: '有异议', silent: '未确认' }

function answersTable({ asked }: MinutesRead): Table | null {
  if (asked.length === 0) return null
  const rows = asked.map(({ name, stands: answer, answered_at }) => [
    name,
    stands[answer],
    answered_at ? dayInFull(answered_at) : '',
  ])
  return { caption: '各席确认情况', head: ['席位', '意见', '日期'], rows }
}

/** What was objected and answered: a seat in its own words, neighbours by what it was about. */
function remarksOf({ asked, before, objections }: MinutesRead): string[] {
  const ofSeats = [...before, ...asked]
    .filter(({ answer }) => answer === 'objected')
    .map(({ name, words, reply }) => `${name}的异议：${words}${reply ? `　答复：${reply}` : ''}`)
  const ofDoors = objections
    .filter(({ reply }) => reply)
    .map(({ gist, reply }) => `居民的意见：${gist}　答复：${reply}`)
  return [...ofSeats, ...ofDoors]
}

/** The bar of one vote, measured as its own page measures it. */
function barOf({ no, rule, ruleVersion, terms, voters, numbers }: BallotFacts) {
  if (numbers === null || paperOf(rule, ruleVersion) !== 'yesno') return null
  const cast = numbers.for + numbers.against + numbers.abstain
  const whole = wholeOf(rule, numbers, ruleVersion, terms)
  return {
    for: numbers.for,
    against: numbers.against,
    abstain: numbers.abstain,
    cast,
    total: Math.max(whole, cast),
    needed: numbers.needed,
    unit: voters,
    hidden: false,
    id: `minutes-${no}`,
  }
}
