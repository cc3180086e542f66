import { CompiledQuery } from 'kysely'
import type { Db } from '../storage.ts'

export type BulkColumn = 'bigint' | 'text'
export type BulkRow = readonly (number | string | null)[]

const rowsPerStatement = 10_000

/**
 * Sends many rows per statement, with one array per column. This is nearly as fast as COPY, for which the pg client has
 * no built-in support. `statement` receives the source: a select of all rows with the columns a, b, c and so on.
 */
export async function inParts(
  db: Db,
  types: readonly BulkColumn[],
  rows: readonly BulkRow[],
  statement: (source: string) => string,
): Promise<void> {
  const arrays = types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')
  const names = types.map((_, index) => String.fromCharCode(97 + index)).join(', ')
  const text = statement(`select * from unnest(${arrays}) as part(${names})`)
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    const part = rows.slice(at, at + rowsPerStatement)
    const columns = types.map((_, column) => part.map((row) => row[column]))
    await db.executeQuery(CompiledQuery.raw(text, columns))
  }
}
