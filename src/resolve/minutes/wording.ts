import { shanghaiDay, shanghaiMinute } from '../../lib/calendar.ts'
import { type MessageKey, translator } from '../../lib/i18n.ts'
import { whyNotPublic } from '../../listen/issues/wording.ts'
import { paperOf } from '../../vote/ballots/answers.ts'
import { type Ways, waysOfVoting } from '../../vote/ballots/numbers.ts'
import { because, saidWhy } from '../../vote/ballots/telling.ts'
import { paragraph } from '../../vote/rules/words.ts'
import type { BallotFacts, Facts, ItemFacts, SeatFacts } from './record.ts'

/**
 * The draft that writes itself: one text a piece, in the sober Chinese of a document that exists in one language only.
 * Nobody is named in it (who sat where stands in the table beside it), except in notes, which people took down.
 */

/** 2026年11月28日; takes a moment or a day. */
export function dayInFull(at: string): string {
  const [year, month, day] = (at.length === 10 ? at : shanghaiDay(new Date(at))).split('-').map(Number)
  return `${year}年${month}月${day}日`
}

/** 19:05 in Shanghai. */
export const timeOf = (at: string): string => shanghaiMinute(new Date(at)).slice(11)

const digits = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九']
/** 1 → 一, 12 → 十二, 21 → 二十一: how items of a document are counted. */
export function numeral(n: number): string {
  const tens = Math.floor(n / 10)
  return `${tens > 1 ? digits[tens] : ''}${tens > 0 ? '十' : ''}${digits[n % 10]}`
}

/** Every piece of the draft: the opening, each item, the closing. */
export function draftOf(facts: Facts, community: { name: string }): string[] {
  return [opening(facts, community), ...facts.items.map(itemText), closing(facts)]
}

function opening(facts: Facts, { name }: { name: string }): string {
  const began = facts.openedAt ?? facts.startsAt
  const where = facts.place ? `在${facts.place}` : ''
  const chair = facts.chair ? `，${facts.chair.post || '主持人'}主持` : ''
  return [
    `${dayInFull(began)}${timeOf(began)}，${name}${where}召开${facts.title}${chair}。`,
    attendance(facts),
    '纪要如下。',
  ].join('')
}

function attendance({ seats, households }: Facts): string {
  const held = seats.filter(({ vacant }) => !vacant)
  const here = held.filter(({ came }) => came.length > 0)
  const absent = held.filter(({ came }) => came.length === 0)
  const vacant = seats.filter((seat) => seat.vacant)
  const standIns = here.filter(({ came }) => came.every(({ alternate }) => alternate))
  const parts = [`应到${held.length}席，实到${here.length}席${here.length ? `（${names(here)}）` : ''}`]
  if (standIns.length) parts.push(`其中${names(standIns)}由替补代表出席`)
  if (absent.length) parts.push(`${names(absent)}未到会`)
  if (vacant.length) parts.push(`${names(vacant)}空缺，不计入应到`)
  parts.push(`到会住户${households}户`)
  return `${parts.join('；')}。`
}

const names = (seats: readonly SeatFacts[]) => seats.map(({ name }) => name).join('、')

function itemText(item: ItemFacts): string {
  const lines = [`议题：${sentence(item.question)}${item.background ? sentence(item.background) : ''}`]
  const { gather, door, bridge } = item.heard
  const ears = [gather && `集中听${gather}条`, door && `上门听${door}条`, bridge && `搭桥梁听${bridge}条`].filter(
    (ear) => ear !== 0,
  )
  if (ears.length) lines.push(`居民反映：${ears.join('，')}。`)
  if (item.recused.length) lines.push(`回避：${item.recused.join('、')}（在场，不参加这一项的表决）。`)
  if (item.notes) lines.push(`发言要点：${sentence(item.notes)}`)
  for (const ballot of item.ballots) lines.push(ballotText(ballot))
  if (item.resolution) {
    const { no, text, seat, post, due, trial } = item.resolution
    const who = post ? `${seat}（${post}）` : seat
    const until = trial ? trialText(trial) : ''
    lines.push(`决定：${sentence(text)}${until}责任方：${who}。期限：${dayInFull(due)}前办好（决议第${no}号）。`)
  } else if (item.ballots.at(-1)?.outcome === 'passed') lines.push('负责的人和期限还没有落实。')
  // Voted on, and waiting for whoever decides it: the vote was advice.
  if (item.deferred && item.ballots.some(({ outcome }) => outcome !== null && outcome !== 'again'))
    lines.push('以上是会商意见，留待有权决定的会议再议。')
  else if (item.deferred)
    lines.push(item.introduced ? '没有表决，缓议，留待以后的会议再议。' : '没有议到，留待以后的会议再议。')
  return lines.join('\n')
}

/** How long it holds, and what decides whether it goes on. */
const trialText = (trial: { endsOn: string; metric: string; unit: string; target: number }): string =>
  translator('zh')('trials.minutes', { ...trial, ends: dayInFull(trial.endsOn) })

function ballotText(ballot: BallotFacts): string {
  const { no, question, questionSha256, voters, numbers, outcome } = ballot
  const unit = voters === 'seat' ? '席' : '户'
  const asked = `表决（第${no}号）：${sentence(question)}`
  if (numbers === null || outcome === null) return `${asked}题目指纹${questionSha256.slice(0, 16)}。`
  const roll = `应到${numbers.eligible}${unit}，在场${numbers.present}${unit}`
  if (voters === 'owner' && ballot.reason) {
    // Heads and area, each twice: the rule's own sentences say all of it.
    const said = paragraph(saidWhy({ ...ballot, reason: ballot.reason, numbers }), 'zh')
    return [asked, '由业主共同决定。', said, `题目指纹${questionSha256.slice(0, 16)}。`].join('')
  }
  if (paperOf(ballot.rule, ballot.ruleVersion) !== 'yesno' && ballot.reason) {
    const said = paragraph(saidWhy({ ...ballot, reason: ballot.reason, numbers }), 'zh')
    return [asked, roll, '。', waysText(numbers.ways, unit), said, `题目指纹${questionSha256.slice(0, 16)}。`].join('')
  }
  const count = `${roll}，赞成${numbers.for}${unit}，反对${numbers.against}${unit}，弃权${numbers.abstain}${unit}。`
  const why = ballot.reason && because({ ...ballot, reason: ballot.reason, numbers })
  const verdict = why ? translator('zh')(why.key, why.zh) : outcome === 'passed' ? '通过。' : '没有通过。'
  return [
    asked,
    count,
    waysText(numbers.ways, unit),
    verdict,
    dissentText(ballot),
    `题目指纹${questionSha256.slice(0, 16)}。`,
  ].join('')
}

const wayNames = { phone: '手机', desk: '代录', proxy: '委托', paper: '纸票', hands: '举手' } as const

/** By which ways they voted, where that was more than one; and what became of every paper. */
function waysText(ways: Ways | undefined, unit: string): string {
  if (!ways) return ''
  const used = waysOfVoting.filter((way) => ways[way] > 0)
  const papers = ways.paper + ways.replaced + ways.spoiled + ways.blank + ways.lost
  if (papers === 0 && used.every((way) => way === 'phone')) return ''
  const said = used.map((way) => `${wayNames[way]}${ways[way]}${unit}`).join('，')
  const lost = `发出纸票${papers}张，其中废票${ways.spoiled}张，空白交回${ways.blank}张，遗失${ways.lost}张${
    ways.replaced > 0 ? `，另有${ways.replaced}张由住户后来的投票代替` : ''
  }。`
  return `${said ? `其中${said}。` : ''}${papers > 0 ? lost : ''}`
}

/** Parties answer for their vote with their name. Households never do: `dissent` is empty for them. */
function dissentText({ dissent }: BallotFacts): string {
  const who = (choice: string) =>
    dissent
      .filter((one) => one.choice === choice)
      .map(({ seat }) => seat)
      .join('、')
  const against = who('against')
  const abstained = who('abstain')
  const parts = [against && `${against}反对`, abstained && `${abstained}弃权`].filter(Boolean)
  return parts.length ? `${parts.join('，')}。` : ''
}

function closing(facts: Facts): string {
  const promised = facts.items.some(({ resolution }) => resolution !== null)
  const kept = promised ? '以上决定由各责任方按期办理，进度在承诺台账公布。' : ''
  return `${kept}会议于${timeOf(facts.adjournedAt)}结束。`
}

/** What gives somebody away in a text for everybody. The fingerprint of a question looks like a telephone number now and then. */
export const whyNotPrint = (text: string): MessageKey | null => whyNotPublic(text.replace(/题目指纹[\da-f]{16}/g, ''))

/** What somebody wrote, ended as a sentence. */
const sentence = (text: string): string => (/[。！？!?.…”]$/.test(text) ? text : `${text}。`)
