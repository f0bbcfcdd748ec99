/** 群聊 — a conversation copied out of a chat, taken apart into voices. Never throws, loses no line. Pure. */

export interface Voice {
  /** Who said it, as the chat calls her; '' where the text does not say. */
  speaker: string
  /** 'YYYY-MM-DDTHH:MM' on the neighbourhood's clock; null where the text does not say. */
  when: string | null
  /** What somebody else had said that this answers; '' where it answers nothing. */
  quote: string
  text: string
  /** The lines of the paste that this voice takes up, all of them, in order. */
  lines: string[]
}

export const mostPasted = 50_000
export const mostVoices = 2_000
export const mostAtOnce = 60

const blank = /^\s*$/
const date = String.raw`(?:(\d{4})\s*[/.年-]\s*)?(\d{1,2})\s*[/.月-]\s*(\d{1,2})日?`
const clock = String.raw`(凌晨|早上|上午|中午|下午|晚上)?\s*(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?`
/** "名字 2026/11/24 19:03", as the desktop copies it; also with the time alone, below a row with the day. */
const dated = new RegExp(String.raw`^(\S.{0,39}?)[\s:：]+${date}[,，\s]*${clock}\s*$`)
const timed = new RegExp(String.raw`^(\S.{0,39}?)\s+${clock}\s*$`)
/** "—— 2026-11-24 ——", as a phone sets days apart. */
const dayRow = new RegExp(String.raw`^\s*[—–\-─]{2,}\s*${date}(?:\s*星期.)?\s*[—–\-─]{2,}\s*$`)
/** "名字:" alone on its line. */
const named = /^([^\s:：，。！？；、,!?;「」【】[\]()（）][^:：，。！？；,!?;「」\n]{0,19})[:：]\s*$/
const dashes = /^\s*(?:- ?){5,}\s*$|^\s*[—─]{5,}\s*$/

/** Takes a conversation apart. What belongs to nobody stays one voice of nobody. */
export function voicesIn(pasted: string): Voice[] {
  const lines = pasted.replace(/\r\n?/g, '\n').split('\n')
  // "理由如下：" is a sentence, not a person: bare names count only where no head has a time.
  const withTimes = lines.some((line) => dated.test(line) || dayRow.test(line))
  const voices: Voice[] = []
  let day: Day | null = null
  for (const [at, line] of lines.entries()) {
    const row = dayRow.exec(line)
    if (row) day = dayOf(row[1], row[2], row[3], null) ?? day
    // A row with a day belongs to whoever speaks next; until then to nobody.
    const head = row ? { speaker: '', when: null } : headOf(line, lines[at + 1] ?? '', day, withTimes)
    const open = voices.at(-1)
    if (head || !open) voices.push({ speaker: '', when: null, quote: '', text: '', ...head, lines: [line] })
    else open.lines.push(line)
  }
  return merged(voices).map(read)
}

/** Who begins to speak with this line, and when; null where it is not such a line. */
function headOf(line: string, next: string, day: Day | null, withTimes: boolean) {
  const full = dated.exec(line)
  const on = full && dayOf(full[2], full[3], full[4], day)
  if (full && on) return { speaker: full[1] ?? '', when: moment(on, full[5], full[6], full[7]) }
  const short = day && timed.exec(line)
  if (short) return { speaker: short[1] ?? '', when: moment(day, short[2], short[3], short[4]) }
  const bare = withTimes ? null : named.exec(line)
  return bare && !blank.test(next) ? { speaker: (bare[1] ?? '').trim(), when: null } : null
}

/** Whether this voice goes on where the one before stopped: the same person, nobody in between. */
export function goesOn(voices: readonly Voice[], at: number): boolean {
  const speaker = voices[at]?.speaker
  return speaker !== undefined && speaker !== '' && voices[at - 1]?.speaker === speaker
}

/** The picked voices; one that goes on is joined to the one before it, where that is picked too. */
export function joined(voices: readonly Voice[], picked: readonly number[], joins: readonly number[]): Voice[] {
  const result: { voice: Voice; last: number }[] = []
  for (const at of [...new Set(picked)].toSorted((a, b) => a - b)) {
    const voice = voices[at]
    if (!voice || voice.text === '') continue
    const before = result.at(-1)
    if (before && joins.includes(at) && before.last === at - 1 && goesOn(voices, at)) {
      const text = `${before.voice.text}\n${voice.text}`
      const quote = before.voice.quote || voice.quote
      before.voice = { ...before.voice, text, quote, lines: [...before.voice.lines, ...voice.lines] }
      before.last = at
    } else result.push({ voice, last: at })
  }
  return result.map(({ voice }) => voice)
}

type Day = readonly [year: number, month: number, day: number]

/** A day without its year is in the year of the row above it, or stays without a day. */
function dayOf(year: string | undefined, month: string | undefined, day: string | undefined, known: Day | null) {
  const on: Day = [Number(year ?? known?.[0] ?? 0), Number(month), Number(day)]
  return on[1] >= 1 && on[1] <= 12 && on[2] >= 1 && on[2] <= 31 ? on : null
}

function moment(day: Day | null, half: string | undefined, hour: string | undefined, minute: string | undefined) {
  if (!day || day[0] < 2011 || day[0] > 2099) return null
  const late = (half === '下午' || half === '晚上') && Number(hour) < 12 ? 12 : 0
  const at = Number(hour) + late
  if (at > 23 || Number(minute) > 59) return null
  const two = (n: number) => String(n).padStart(2, '0')
  return `${day[0]}-${two(day[1])}-${two(day[2])}T${two(at)}:${minute}`
}

/** Lines of nobody that say nothing (a row with a day, blanks) go to whoever speaks after them. */
function merged(voices: Voice[]): Voice[] {
  const result: Voice[] = []
  let ahead: string[] = []
  for (const voice of voices) {
    const silent = voice.speaker === '' && voice.lines.every((line) => blank.test(line) || dayRow.test(line))
    if (silent) ahead.push(...voice.lines)
    else {
      result.push({ ...voice, lines: [...ahead, ...voice.lines] })
      ahead = []
    }
  }
  const last = result.at(-1)
  if (last) last.lines.push(...ahead)
  else if (ahead.length > 0) result.push({ speaker: '', when: null, quote: '', text: '', lines: ahead })
  return result
}

/** What of a voice's lines is said, and what is quoted. */
function read(voice: Voice): Voice {
  const first = voice.lines.findIndex((line) => !blank.test(line) && !dayRow.test(line))
  const body = first < 0 ? [] : voice.lines.slice(voice.speaker === '' ? first : first + 1)
  const cut = body.findIndex((line) => dashes.test(line))
  const above = body.slice(0, cut).join('\n').trim()
  const answers = cut > 0 && above.startsWith('「') && above.endsWith('」')
  const text = (answers ? body.slice(cut + 1) : body)
    .filter((line) => !dayRow.test(line))
    .join('\n')
    .trim()
  return { ...voice, quote: answers ? above : '', text }
}
