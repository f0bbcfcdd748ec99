/**
 * Rows as a CSV that opens in a spreadsheet: UTF-8 with its mark, every cell quoted, and no cell that a spreadsheet would
 * run (trust 4.10): one that begins like a formula, also in full width or behind blanks, gets an apostrophe.
 */
export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

// After blanks, marks and zero-width characters, as a spreadsheet skips them.
const runs = /^[\s\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]|^[\t\r\0]/u

function cell(value: string | number): string {
  const text = String(value)
  const guarded = typeof value === 'string' && runs.test(text) ? `'${text}` : text
  return `"${guarded.replaceAll('"', '""')}"`
}
