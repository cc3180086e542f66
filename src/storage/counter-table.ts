import { sql } from 'kysely'
import { rowStatement } from './row-statement.ts'
import type { Db } from './storage.ts'
import type { Tables } from './tables.ts'

export type CounterRow<K extends string> = Record<K | 'delta', number>

/**
 * A table of sums that the writes keep, with these key columns and the column `sum`. Rows are locked in the order in
 * which they are given: all writers of a row must use the same order.
 */
export function counterTable<K extends string>(table: keyof Tables, key: readonly K[], sum = 'count') {
  const [target, column] = [sql.table(table), sql.ref(sum)]
  const keyColumns = sql.join(key.map((name) => sql.ref(name)))
  const keyTypes = Object.fromEntries(key.map((name) => [name, 'bigint'])) as Record<K, 'bigint'>

  const add: (db: Db, rows: readonly CounterRow<K>[]) => Promise<void> = rowStatement(
    { ...keyTypes, delta: 'bigint' },
    ({ source }) => sql`insert into ${target} (${keyColumns}, ${column}) ${source}
      on conflict (${keyColumns}) do update set ${column} = ${sql.ref(`${table}.${sum}`)} + ${sql.ref(`excluded.${sum}`)}`,
  )

  /**
   * Deletes those of these rows whose sum is zero. They must have been changed in the same transaction. The sum is
   * computed, so that PostgreSQL does not take zeros for rare, as they are before these deletions, and scan for them.
   */
  const deleteZeros: typeof add = rowStatement(
    keyTypes,
    ({ include }) => sql`delete from ${target} where ${include(key)} and ${column} + 0 = 0`,
  )

  return { add, deleteZeros }
}
