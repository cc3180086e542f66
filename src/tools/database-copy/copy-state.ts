import { createHash } from 'node:crypto'
import { findSetting, unfinishedCopy } from '../../storage/settings.repository.ts'
import type { Db } from '../../storage/storage.ts'
import { copiedTables, type Value } from './copied-table.ts'
import { type Database, isEmpty, readRows } from './rows.ts'

/** The copy cannot be begun or taken up; the message says what to do. */
export class CopyRefusedError extends Error {
  override name = 'CopyRefusedError'
}

/** How far a copy is, kept in the target's settings and moved in the transaction of each batch. */
export interface CopyState {
  /** Tells the source from others. */
  source: string
  tables: Record<string, { after: Value[]; rows: number }>
}

/** The copy that the target holds a part of, or a new one, which is noted there. @throws CopyRefusedError */
export async function beginCopy(source: Database, target: Database): Promise<CopyState> {
  const found = await findSetting(target.db, unfinishedCopy)
  const identity = await identify(source)
  if (found !== undefined) {
    const state: CopyState = JSON.parse(found)
    if (state.source !== identity)
      throw new CopyRefusedError('the target has an unfinished copy of another database: use an empty database')
    return state
  }
  for (const table of copiedTables) {
    if (!(await isEmpty(target, table)))
      throw new CopyRefusedError(
        `the target is not empty (its table ${table.name} has rows): use an empty database that no service was started on`,
      )
  }
  const state: CopyState = { source: identity, tables: {} }
  await target.db
    .insertInto('settings')
    .values({ key: unfinishedCopy, value: JSON.stringify(state) })
    .execute()
  return state
}

/** As a part of the batch's transaction: two copies at once would each undo this of the other. @throws CopyRefusedError */
export async function moveState(tx: Db, before: CopyState, after: CopyState): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('settings')
    .set({ value: JSON.stringify(after) })
    .where('key', '=', unfinishedCopy)
    .where('value', '=', JSON.stringify(before))
    .executeTakeFirst()
  if (Number(numUpdatedRows) !== 1) throw new CopyRefusedError('another copy into this target is running')
}

/** Once it is whole and checked: from now on it may be served. */
export async function endCopy(db: Db): Promise<void> {
  await db.deleteFrom('settings').where('key', '=', unfinishedCopy).execute()
}

async function identify(source: Database): Promise<string> {
  const secret = await findSetting(source.db, 'secret fingerprint')
  const [accounts] = copiedTables
  const first = accounts && (await readRows(source, accounts, undefined, 1)).map(([id, , , number]) => [id, number])
  return createHash('sha256')
    .update(JSON.stringify([secret, first]))
    .digest('base64url')
}
