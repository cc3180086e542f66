import { createHash } from 'node:crypto'
import { findSetting, unfinishedCopy } from '../../storage/settings.repository.ts'
import type { Db } from '../../storage/storage.ts'
import { copiedTables, type Value } from './copied-table.ts'
import { type Database, isEmpty, readRows } from './rows.ts'

/** The copy cannot be started or resumed. The message says what to do. */
export class CopyRefusedError extends Error {
  override name = 'CopyRefusedError'
}

/** The progress of a copy. It is stored in the target's settings and updated in the transaction of each batch. */
export interface CopyState {
  /** Identifies the source. */
  source: string
  tables: Record<string, { after: Value[]; rows: number }>
}

/** Resumes the unfinished copy in the target, or stores the state of a new one there. @throws CopyRefusedError */
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

/**
 * Updates the progress in the batch's transaction. The previous state must match, which detects a second copy into the same
 * target. @throws CopyRefusedError
 */
export async function moveState(tx: Db, before: CopyState, after: CopyState): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('settings')
    .set({ value: JSON.stringify(after) })
    .where('key', '=', unfinishedCopy)
    .where('value', '=', JSON.stringify(before))
    .executeTakeFirst()
  if (Number(numUpdatedRows) !== 1) throw new CopyRefusedError('another copy into this target is running')
}

/** Call this when the copy is complete and checked. Afterwards the service may use the target. */
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
