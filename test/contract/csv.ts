import assert from 'node:assert/strict'

/** The cells of a CSV file by RFC 4180, to the letter: lines end in CRLF, and what has quotes, commas or line breaks is quoted. */
export function csvCells(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (let at = 0; at < text.length; ) {
    const [cell, value] = /^"((?:[^"]|"")*)"/.exec(text.slice(at)) ?? /^([^",\r\n]*)/.exec(text.slice(at)) ?? []
    assert.ok(cell !== undefined && value !== undefined)
    row.push(value.replaceAll('""', '"'))
    at += cell.length
    if (text[at] === ',') at++
    else {
      assert.equal(text.slice(at, at + 2), '\r\n', `a line ends at ${at}`)
      at += 2
      rows.push(row)
      row = []
    }
  }
  return rows
}
