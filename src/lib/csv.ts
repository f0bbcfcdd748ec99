/**
 * A table as spreadsheets read it: UTF-8 with its mark, so that Chinese stays Chinese, and no cell that would be
 * reckoned. What people wrote is data: a first sign that begins a formula, also in its full-width shape, gets a quotation
 * mark before it (trust 4.10). Numbers are ours and stay numbers.
 */
export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  return `\ufeff${rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`
}

const formula = /^[\s\p{Cf}\p{Cc}]*[=+\-@\t\r\0＝＋－＠−]/u

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const safe = formula.test(value) ? `'${value}` : value
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
