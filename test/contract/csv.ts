import assert from 'node:assert/strict'

/** Parses a CSV file strictly by RFC 4180: lines end in CRLF, and cells with quotes, commas or line breaks are quoted. */
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
