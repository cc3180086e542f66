import { sql } from 'kysely'
import { isSqlite, type Parameters, type Statement, statement, statementsByShape } from './statement.ts'
import type { Db } from './storage.ts'
import type { Tables } from './tables.ts'

type Values = Record<string, number>
export type CounterRow<K extends string> = Record<K | 'delta', number>

const commonRows = 32
/** SQLite allows 32,766 parameters per statement. */
const rowsAtOnce = 1000

/**
 * A table of sums that the writes keep, with these key columns and the column `sum`. Rows are locked in the order in
 * which they are given: all writers of a row must use the same order.
 */
export function counterTable<K extends string>(table: keyof Tables, key: readonly K[], sum = 'count') {
  const [target, column] = [sql.table(table), sql.ref(sum)]
  const keyColumns = sql.join(key.map((name) => sql.ref(name)))

  const makeAddition = (length: number) =>
    statement<Values, unknown>((db, values) => {
      const rows = indices(length).map(
        (index) => sql`(${sql.join([...key, 'delta'].map((name) => at(values, name, index)))})`,
      )
      return sql`insert into ${target} (${keyColumns}, ${column}) values ${sql.join(rows)}
        on conflict (${keyColumns}) do update set ${column} = ${sql.ref(`${table}.${sum}`)} + ${sql.ref(`excluded.${sum}`)}`.compile(
        db,
      )
    })

  const makeDeletion = (length: number) =>
    statement<Values, unknown>((db, values) => {
      const keyOf = (index: number) => key.map((name) => sql`cast(${at(values, name, index)} as bigint)`)
      // Computed, so that PostgreSQL does not take zeros for rare, as they are before these deletions, and scan for them.
      const zero = sql`${column} + 0 = 0`
      if (length === 1) {
        const its = keyOf(0).map((value, place) => sql`${sql.ref(key[place] as string)} = ${value}`)
        return sql`delete from ${target} where ${sql.join(its, sql` and `)} and ${zero}`.compile(db)
      }
      const rows = indices(length).map((index) => sql`(${sql.join(keyOf(index))})`)
      return sql`delete from ${target} where (${keyColumns}) in (values ${sql.join(rows)}) and ${zero}`.compile(db)
    })

  const [additionOf, deletionOf] = [statementsByShape(makeAddition), statementsByShape(makeDeletion)]

  async function add(db: Db, rows: readonly CounterRow<K>[]): Promise<void> {
    await inPieces(db, rows, rowsAtOnce, makeAddition, additionOf)
  }

  /** Deletes those of these rows whose sum is zero. They must have been changed in the same transaction. */
  async function deleteZeros(db: Db, rows: readonly CounterRow<K>[]): Promise<void> {
    // SQLite finds the row of one key sooner than those of a list.
    await inPieces(db, rows, isSqlite(db) ? 1 : rowsAtOnce, makeDeletion, deletionOf)
  }

  return { add, deleteZeros }
}

type Make = (length: number) => Statement<Values, unknown>

/** A write has few rows, a common number. The removal of an account has many, which mostly fill whole statements. */
async function inPieces(db: Db, rows: readonly Values[], most: number, make: Make, kept: Make): Promise<void> {
  for (let from = 0; from < rows.length; from += most) {
    const some = rows.slice(from, from + most)
    const values: Values = {}
    for (const [index, row] of some.entries())
      for (const [name, value] of Object.entries(row)) values[`${name}${index}`] = value
    const isCommon = some.length <= commonRows || some.length === most
    await (isCommon ? kept : make)(some.length).all(db, values)
  }
}

function indices(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}

function at(values: Parameters<Values>, name: string, index: number) {
  return values[`${name}${index}`] as NonNullable<(typeof values)[string]>
}
