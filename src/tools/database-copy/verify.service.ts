import { createHash } from 'node:crypto'
import { type CopiedTable, copiedTables, keyOf, type Row, type Value } from './copied-table.ts'
import { defaultBatchRows } from './copy.service.ts'
import { nextId } from './drawn-ids.ts'
import { type Database, readRows } from './rows.ts'

export interface TableCheck {
  table: string
  rows: { source: number; target: number }
  /** SHA-256 over all rows in key order. Each row is one line: the JSON array of its columns. */
  digests: { source: string; target: string }
  /** The key of the first row that differs. */
  firstDifference: Value[] | undefined
  /** Whether a new row could get an id that a row of the source has or had. */
  idsCollide: boolean
}

export function isSame({ rows, digests, idsCollide }: TableCheck): boolean {
  return rows.source === rows.target && digests.source === digests.target && !idsCollide
}

/** Reads all rows of both databases again and compares them. */
export async function verifyCopy(
  source: Database,
  target: Database,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (rows: number) => void } = {},
): Promise<TableCheck[]> {
  const checks: TableCheck[] = []
  let rows = 0
  for (const table of copiedTables) {
    const check = await verifyTable(source, target, table, (more) => {
      signal?.throwIfAborted()
      rows += more
      onProgress?.(rows)
    })
    checks.push(check)
  }
  return checks
}

async function verifyTable(
  source: Database,
  target: Database,
  table: CopiedTable,
  onRows: (rows: number) => void,
): Promise<TableCheck> {
  const [theirs, ours] = [side(source, table), side(target, table)]
  let firstDifference: Value[] | undefined
  for (;;) {
    await new Promise(setImmediate)
    const [wanted, got] = await Promise.all([theirs.next(), ours.next()])
    firstDifference ??= difference(table, wanted, got)
    if (wanted.length === 0 && got.length === 0) break
    onRows(wanted.length)
  }
  const [from, to] = [theirs.finish(), ours.finish()]
  return {
    table: table.name,
    rows: { source: from.rows, target: to.rows },
    digests: { source: from.digest, target: to.digest },
    firstDifference,
    idsCollide: table.drawn === true && (await nextId(target, table)) < (await nextId(source, table)),
  }
}

interface Line {
  row: Row
  text: string
}

/** Reads the rows of one table page by page, and computes their count and digest. */
function side(database: Database, table: CopiedTable) {
  const hash = createHash('sha256')
  let after: Value[] | undefined
  let rows = 0
  return {
    async next(): Promise<Line[]> {
      const page = await readRows(database, table, after, defaultBatchRows)
      const last = page.at(-1)
      if (last) after = keyOf(table, last)
      rows += page.length
      const lines = page.map((row): Line => ({ row, text: `${JSON.stringify(row)}\n` }))
      hash.update(lines.map(({ text }) => text).join(''))
      return lines
    },
    finish: () => ({ rows, digest: hash.digest('hex') }),
  }
}

function difference(table: CopiedTable, wanted: Line[], got: Line[]): Value[] | undefined {
  const length = Math.max(wanted.length, got.length)
  for (let at = 0; at < length; at++) {
    const [one, other] = [wanted[at], got[at]]
    if (one?.text !== other?.text) return keyOf(table, (one ?? other)?.row ?? [])
  }
  return undefined
}
