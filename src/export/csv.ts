/** Lines end in CRLF (RFC 4180). */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

/** Tells spreadsheets that the file is UTF-8. */
export const byteOrderMark = '\ufeff'

/** Some spreadsheets treat semicolons and tabs as separators as well. */
function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const text = withoutFormula(value)
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Spreadsheets treat a cell that begins with one of these characters, also in full width, as a formula. An apostrophe
 * before it makes it text.
 * Source: https://owasp.org/www-community/attacks/CSV_Injection
 */
function withoutFormula(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
}
