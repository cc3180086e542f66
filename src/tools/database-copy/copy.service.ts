import type { Storage } from '../../storage/storage.ts'
import { type CopiedTable, copiedTables, keyOf } from './copied-table.ts'
import { beginCopy, type CopyState, moveState } from './copy-state.ts'
import { nextId, raiseNextId } from './drawn-ids.ts'
import { type Database, insertRows, readRows } from './rows.ts'

export interface CopyOptions {
  /** Rows per transaction. */
  batchSize?: number
  signal?: AbortSignal
  /** `rows` is the number of rows that are in the target. */
  onProgress?: (rows: number) => void
}

export const defaultBatchRows = 10_000

/**
 * Copies all rows, one commit per batch, and resumes an earlier run of the same copy. Both databases must have this version's
 * schema. The service must not use the target before it is checked. @throws CopyRefusedError, or the signal's reason
 */
export async function copyData(source: Database, target: Storage, options: CopyOptions = {}): Promise<void> {
  let state = await beginCopy(source, target)
  options.onProgress?.(rowsOf(state))
  for (const table of copiedTables) {
    state = await copyTable(source, target, table, state, options)
    if (!table.drawn) continue
    const next = await nextId(source, table)
    await target.write((db) => raiseNextId({ kind: target.kind, db }, table, next))
  }
}

export function rowsOf(state: CopyState): number {
  return Object.values(state.tables).reduce((sum, { rows }) => sum + rows, 0)
}

async function copyTable(
  source: Database,
  target: Storage,
  table: CopiedTable,
  begun: CopyState,
  { batchSize = defaultBatchRows, signal, onProgress }: CopyOptions,
): Promise<CopyState> {
  let state = begun
  for (;;) {
    // Signals are handled between turns of the event loop, and SQLite calls never yield to it.
    await new Promise(setImmediate)
    signal?.throwIfAborted()
    const done = state.tables[table.name]
    const rows = await readRows(source, table, done?.after, batchSize)
    const last = rows.at(-1)
    if (last === undefined) return state
    const part = { after: keyOf(table, last), rows: (done?.rows ?? 0) + rows.length }
    const next: CopyState = { ...state, tables: { ...state.tables, [table.name]: part } }
    await target.write(async (db) => {
      await moveState(db, state, next)
      await insertRows({ kind: target.kind, db }, table, rows)
    })
    state = next
    onProgress?.(rowsOf(state))
  }
}
