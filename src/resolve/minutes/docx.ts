import type { MinutesDocument, Table } from './document.ts'

/**
 * The file a committee sends on: A4 in the look of GB/T 9704 (版心 156 × 225 mm, title 22 pt, body 16 pt 仿宋 on lines of
 * exactly 28 pt, — 1 — at the foot, odd pages right and even ones left). The library is big and rarely needed, so it is
 * read when somebody asks.
 */

const millimetre = 56.692_9 // in twentieths of a point
const twips = (mm: number) => Math.round(mm * millimetre)
/** Half-points: 二号, 三号, 四号, 小四. */
const sizes = { red: 60, title: 44, body: 32, foot: 28, table: 24 }
const latin = 'Times New Roman'
const font = (eastAsia: string) => ({ ascii: latin, hAnsi: latin, cs: latin, eastAsia })
const fonts = { song: font('方正小标宋简体'), fang: font('仿宋'), hei: font('黑体'), plain: font('宋体') }
const red = 'C00000'
const line = { line: 560, lineRule: 'exact' as const, before: 0, after: 0 }
/** At the size of the foot. */
const oneCharacter = 280
/** Two characters; programs that do not count in characters take the length. */
const indent = { firstLine: 640, firstLineChars: 200 }

export async function docxOf(minutes: MinutesDocument): Promise<Buffer> {
  const { AlignmentType, BorderStyle, Document, Footer, Packer, PageNumber, Paragraph, TextRun } = await import('docx')
  const table = tableMaker(await import('docx'))

  const run = (text: string, face = fonts.fang, more: object = {}) =>
    new TextRun({ text: legal(text), font: face, size: sizes.body, ...more })
  const said = (text: string) =>
    new Paragraph({ spacing: line, indent, alignment: AlignmentType.BOTH, children: [run(text)] })
  const heading = (text: string) =>
    new Paragraph({ spacing: line, indent, keepNext: true, children: [run(text, fonts.hei)] })
  const end = (text: string, keepNext = false) =>
    new Paragraph({ spacing: line, alignment: AlignmentType.RIGHT, keepNext, children: [run(text)] })
  const empty = () => new Paragraph({ spacing: line, children: [] })

  const children = [
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { before: 0, after: 360 },
      border: { bottom: { style: BorderStyle.SINGLE, size: 18, color: red, space: 10 } },
      children: [run(minutes.red, fonts.song, { size: sizes.red, color: red, characterSpacing: 40 })],
    }),
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { line: 640, lineRule: 'exact', before: 120, after: minutes.mark ? 0 : 280 },
      children: [run(minutes.title, fonts.song, { size: sizes.title })],
    }),
    ...(minutes.mark
      ? [
          new Paragraph({
            alignment: AlignmentType.CENTER,
            spacing: { ...line, after: 280 },
            children: [run(`（${minutes.mark}）`)],
          }),
        ]
      : []),
    ...minutes.opening.map(said),
    ...table(minutes.attendance, [3, 5, 4]),
    ...minutes.items.flatMap(({ heading: text, lines }) => [heading(text), ...lines.map(said)]),
    ...minutes.closing.map(said),
    ...(minutes.counts ? table(minutes.counts, [4, 2, 2, 2, 2, 2, 2, 3]) : []),
    ...(minutes.duties ? table(minutes.duties, [2, 8, 5, 5]) : []),
    ...(minutes.answers ? table(minutes.answers, [4, 4, 4]) : []),
    ...minutes.remarks.map(said),
    empty(),
    end(minutes.sign, true),
    end(minutes.date),
    new Paragraph({
      spacing: { before: 240 },
      children: [run(`文本指纹（SHA-256）${minutes.fingerprint}`, fonts.plain, { size: 18 })],
    }),
  ]

  const pageNumber = (alignment: 'left' | 'right') => {
    const foot = (children: (string | 'CURRENT')[]) => new TextRun({ children, font: fonts.plain, size: sizes.foot })
    const inset = alignment === 'right' ? { right: oneCharacter } : { left: oneCharacter }
    return new Footer({
      children: [
        new Paragraph({ alignment, indent: inset, children: [foot(['— ']), foot([PageNumber.CURRENT]), foot([' —'])] }),
      ],
    })
  }

  const file = new Document({
    creator: legal(minutes.sign),
    title: legal(minutes.title),
    evenAndOddHeaderAndFooters: true,
    styles: {
      default: {
        document: { run: { font: fonts.fang, size: sizes.body, language: { value: 'zh-CN', eastAsia: 'zh-CN' } } },
      },
    },
    sections: [
      {
        properties: {
          page: {
            size: { width: twips(210), height: twips(297) },
            margin: {
              top: twips(37),
              bottom: twips(35),
              left: twips(28),
              right: twips(26),
              footer: twips(28),
              header: twips(15),
            },
          },
        },
        footers: { default: pageNumber('right'), even: pageNumber('left') },
        children,
      },
    ],
  })
  return Packer.toBuffer(file)
}

/** Tables run the whole width; a header row comes again on each page and no row is torn. */
function tableMaker({
  AlignmentType,
  Paragraph,
  Table: DocxTable,
  TableCell,
  TableRow,
  TextRun,
  VerticalAlign,
  WidthType,
  TableLayoutType,
}: typeof import('docx')) {
  const cell = (text: string, width: number, bold: boolean) =>
    new TableCell({
      width: { size: width, type: WidthType.DXA },
      verticalAlign: VerticalAlign.CENTER,
      margins: { top: 40, bottom: 40, left: 80, right: 80 },
      children: [
        new Paragraph({
          alignment: AlignmentType.CENTER,
          spacing: { line: 360, lineRule: 'exact' },
          children: [new TextRun({ text: legal(text), font: fonts.plain, size: sizes.table, bold })],
        }),
      ],
    })
  return ({ caption, head, rows }: Table, shares: number[]) => {
    const whole = shares.reduce((sum, share) => sum + share, 0)
    const widths = shares.map((share) => Math.floor((twips(156) * share) / whole))
    const row = (cells: string[], bold: boolean) =>
      new TableRow({
        cantSplit: true,
        tableHeader: bold,
        children: cells.map((text, i) => cell(text, widths[i] as number, bold)),
      })
    return [
      new Paragraph({
        spacing: { ...line, before: 200 },
        keepNext: true,
        alignment: AlignmentType.CENTER,
        children: [new TextRun({ text: caption, font: fonts.hei, size: sizes.foot })],
      }),
      new DocxTable({
        layout: TableLayoutType.FIXED,
        width: { size: twips(156), type: WidthType.DXA },
        columnWidths: widths,
        rows: [row(head, true), ...rows.map((cells) => row(cells, false))],
      }),
      new Paragraph({ spacing: { line: 240, lineRule: 'exact' }, children: [] }),
    ]
  }
}

/** What XML cannot hold in any writing would make the whole file unreadable. */
const legal = (text: string): string =>
  text.toWellFormed().replace(/[[\p{Cc}--[\t\n\r]]\p{Noncharacter_Code_Point}]/gv, '')
