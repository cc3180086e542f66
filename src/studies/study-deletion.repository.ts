import { sql } from 'kysely'
import type { AccountId } from '../accounts/account.ts'
import { isSqlite } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import { openTurns } from '../storage/turns.ts'

/** SQLite blocks the event loop during a statement. */
const rowsAtOnce = 1000

/** Deletes the records of an account with what is stored about their changes. Returns the number of records. */
export async function deleteStudiesOf(tx: Db, accountId: AccountId): Promise<number> {
  await deleteRows(tx, accountId, 'study_batch_keys', 'key')
  await deleteRows(tx, accountId, 'study_changes', 'version')
  return deleteRows(tx, accountId, 'studies', 'id')
}

/** @param key tells the rows of one account apart */
async function deleteRows(tx: Db, accountId: AccountId, name: string, key: string): Promise<number> {
  const [table, column] = [sql.table(name), sql.ref(key)]
  const own = sql`account_id = ${accountId}`
  const some = sql`${own} and ${column} in (select ${column} from ${table} where ${own} limit ${sql.lit(rowsAtOnce)})`
  const turns = openTurns()
  for (let count = 0; ; ) {
    const { rows } = await sql`delete from ${table} where ${isSqlite(tx) ? some : own} returning 1 as deleted`.execute(
      tx,
    )
    count += rows.length
    if (rows.length < rowsAtOnce || !isSqlite(tx)) return count
    if (turns.isOver()) await turns.next()
  }
}
