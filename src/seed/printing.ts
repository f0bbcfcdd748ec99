import { homeOf, type Place } from './entrances.ts'

interface Line {
  label: string
  who: string
  url: string
}

/** The ways in, one a line, in columns that also align where Chinese stands two columns wide. */
export function printed(
  place: Place,
  lines: Line[],
  meeting: { no: number; title: string; code: string } | null,
): string {
  const home = homeOf(place)
  const rows = [...lines]
  if (meeting) {
    const { no, title, code } = meeting
    rows.push({ label: '投影 Projector', who: title, url: `${home}/meetings/${no}/projector` })
    rows.push({ label: '会码 Join code', who: `${code.slice(0, 3)} ${code.slice(3)}`, url: `${home}/join/${code}` })
  }
  const widths = [
    Math.max(...rows.map(({ label }) => width(label))),
    Math.max(...rows.map(({ who }) => width(who))),
  ] as const
  return [
    '',
    `${place.community.name} ${place.community.nameEn}  ${home}`,
    '每个链接只能进一次；重新启动会打印新的。Each link opens once; a restart prints new ones.',
    '',
    ...rows.map(({ label, who, url }) => `  ${padded(label, widths[0])}  ${padded(who, widths[1])}  ${url}`),
    '',
  ].join('\n')
}

const padded = (text: string, columns: number): string => text + ' '.repeat(columns - width(text))

const width = (text: string): number =>
  [...text].reduce(
    (sum, character) =>
      sum + (/[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(character) ? 2 : 1),
    0,
  )
