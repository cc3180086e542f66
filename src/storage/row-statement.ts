import { type RawBuilder, sql } from 'kysely'
import { isSqlite, statement } from './statement.ts'
import type { Db } from './storage.ts'
import { openTurns } from './turns.ts'

type Types<C extends string> = Record<C, 'bigint' | 'text'>

/** The rows that a statement is about, as SQL. */
export interface Rows {
  /** What `insert into` takes. PostgreSQL inserts them in their order. */
  source: RawBuilder<unknown>
  /** Whether these columns hold the values of any of them. */
  include(columns: readonly string[]): RawBuilder<unknown>
}

/** In PostgreSQL. */
const rowsPerStatement = 10_000

/**
 * A statement about any number of rows. SQLite runs it once for each, which takes it half the time of one statement for
 * many, and lets other requests run in between; PostgreSQL once for all, with an array for each column.
 */
export function rowStatement<C extends string>(types: Types<C>, build: (rows: Rows) => RawBuilder<unknown>) {
  const names = Object.keys(types) as C[]
  const run = statement<Record<string, unknown>, unknown>((db, values) => {
    const parameters = names.map((name) => values[name] as RawBuilder<unknown>)
    return build(isSqlite(db) ? oneRow(parameters) : arrays(Object.values(types), parameters)).compile(db)
  })

  return async (db: Db, rows: readonly Record<C, number | string>[]): Promise<void> => {
    if (isSqlite(db)) {
      const turns = openTurns()
      for (const row of rows) {
        await run.all(db, row)
        if (turns.isOver()) await turns.next()
      }
      return
    }
    for (let at = 0; at < rows.length; at += rowsPerStatement) {
      const some = rows.slice(at, at + rowsPerStatement)
      await run.all(db, Object.fromEntries(names.map((name) => [name, some.map((row) => row[name])])))
    }
  }
}

function oneRow(values: RawBuilder<unknown>[]): Rows {
  return {
    source: sql`values (${sql.join(values)})`,
    include: (columns) =>
      sql.join(
        columns.map((name, at) => sql`${sql.ref(name)} = ${values[at]}`),
        sql` and `,
      ),
  }
}

function arrays(types: readonly string[], values: RawBuilder<unknown>[]): Rows {
  const columns = values.map((value, at) => sql`cast(${value} as ${sql.raw(`${types[at]}[]`)})`)
  const source = sql`select * from unnest(${sql.join(columns)})`
  return { source, include: (names) => sql`(${sql.join(names.map((name) => sql.ref(name)))}) in (${source})` }
}
