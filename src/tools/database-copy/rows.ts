import { sql } from 'kysely'
import { inParts } from '../../storage/postgres/postgres-bulk.ts'
import type { DatabaseKind, Db } from '../../storage/storage.ts'
import { countAll } from '../../studies/list/study-counter.repository.ts'
import { type CopiedTable, copiedTables, type Row, type Value } from './copied-table.ts'

/** A database to read from or to write to. */
export interface Database {
  kind: DatabaseKind
  db: Db
}

/** The next rows after the key `after`, in the key's order. */
export async function readRows(
  { kind, db }: Database,
  table: CopiedTable,
  after: readonly Value[] | undefined,
  limit: number,
): Promise<Row[]> {
  const names = Object.keys(table.columns)
  // Both databases must sort texts in the same order, by bytes, regardless of the locale.
  const key = table.key.map((name) =>
    kind === 'postgres' && table.columns[name] === 'text' ? sql`${sql.ref(name)} collate "C"` : sql.ref(name),
  )
  const behind = after === undefined ? sql`` : sql`and (${sql.join(key)}) > (${sql.join(after)})`
  const { rows } = await sql<Record<string, Value>>`select ${sql.join(names.map((name) => sql.ref(name)))}
    from ${sql.table(table.name)} where ${sql.raw(table.where ?? '1 = 1')} ${behind} order by ${sql.join(key)} limit ${sql.lit(limit)}`.execute(
    db,
  )
  return rows.map((row) => names.map((name) => row[name] ?? null))
}

/** Bulk insert: all rows are one parameter (SQLite), or there is one array per column (PostgreSQL). */
export async function insertRows({ kind, db }: Database, { name, columns }: CopiedTable, rows: Row[]): Promise<void> {
  const names = Object.keys(columns)
  const into = `insert into ${name} (${names.join(', ')})`
  if (kind === 'postgres') return inParts(db, Object.values(columns), rows, (source) => `${into} ${source}`)
  const values = names.map((_, at) => `value ->> ${at}`).join(', ')
  await sql`${sql.raw(into)} select ${sql.raw(values)} from json_each(${JSON.stringify(rows)})`.execute(db)
}

export async function isEmpty({ db }: Database, { name, where = '1 = 1' }: CopiedTable): Promise<boolean> {
  const { rows } = await sql`select 1 from ${sql.table(name)} where ${sql.raw(where)} limit 1`.execute(db)
  return rows.length === 0
}

/** The number of rows to copy. The records come from the counter: counting a whole country's would take minutes. */
export async function countRows(database: Database): Promise<number> {
  let count = await countAll(database.db)
  for (const { name } of copiedTables.filter((table) => table.name !== 'studies')) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(database.db)
    count += Number(rows[0]?.count ?? 0)
  }
  return count
}
