import { sql } from 'kysely'
import type { CopiedTable } from './copied-table.ts'
import type { Database } from './rows.ts'

/** The next id that the database would generate. Ids of removed rows are not reused: clients may still have their tokens. */
export async function nextId({ kind, db }: Database, { name }: CopiedTable): Promise<number> {
  if (kind === 'sqlite') {
    const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = ${name}`.execute(db)
    return (rows[0]?.seq ?? 0) + 1
  }
  const found = await sql<{ sequence: string }>`select pg_get_serial_sequence(${name}, 'id') as sequence`.execute(db)
  const { rows } = await sql<{
    next: number
  }>`select case when is_called then last_value + 1 else last_value end as next
    from ${sql.raw(found.rows[0]?.sequence ?? '')}`.execute(db)
  return rows[0]?.next ?? 1
}

/** Call this after all rows are inserted. It never lowers the next id. */
export async function raiseNextId(database: Database, table: CopiedTable, wanted: number): Promise<void> {
  const { kind, db } = database
  const { name } = table
  const last = await sql<{ id: number | null }>`select max(id) as id from ${sql.table(name)}`.execute(db)
  const next = Math.max(wanted, (last.rows[0]?.id ?? 0) + 1)
  if (kind === 'postgres') {
    await sql`select setval(pg_get_serial_sequence(${name}, 'id'), ${sql.lit(next)}, false)`.execute(db)
    return
  }
  // sqlite_sequence has no unique constraint, so an upsert is not possible.
  await sql`delete from sqlite_sequence where name = ${name}`.execute(db)
  await sql`insert into sqlite_sequence (name, seq) values (${name}, ${next - 1})`.execute(db)
}
