import type { ExpressionBuilder, RawBuilder, Selectable } from 'kysely'
import { statement } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { Tables } from '../storage/tables.ts'
import type { AccountTable } from './account.table.ts'
import { type AccountId, isHidden } from './account.ts'

type NotedRow = Pick<Selectable<AccountTable>, 'study_version' | 'visibility' | 'totals_version' | 'totals_basis'>

export interface StudiesNoted {
  /** The version after the write. The written records have the last `written` versions, one each. */
  studyVersion: number
  hidden: boolean
  /** What the daily totals were computed with, if they stood for everything before this write. They now stand for it too. */
  totalsBasis: string | undefined
}

/**
 * Must accompany every write to the account's records. `added` is the change in their number. Returns undefined if the
 * account no longer exists.
 */
export async function noteStudies(
  db: Db,
  id: AccountId,
  { added, written }: { added: number; written: number },
): Promise<StudiesNoted | undefined> {
  const row = await studyNote.first(db, { id, added, written })
  if (row === undefined) return undefined
  const current = row.totals_version === row.study_version
  return {
    studyVersion: row.study_version,
    hidden: isHidden(row),
    totalsBasis: current ? (row.totals_basis ?? undefined) : undefined,
  }
}

const studyNote = statement<{ id: AccountId; added: number; written: number }, NotedRow>((db, { id, added, written }) =>
  db
    .updateTable('accounts')
    .set((eb) => ({ study_count: eb('study_count', '+', added), ...versionsAdvanced(eb, written) }))
    .where('id', '=', id)
    .returning(['study_version', 'visibility', 'totals_version', 'totals_basis'])
    .compile(),
)

/**
 * The values of an account's versions after so many more writes. Daily totals that stood for the account's version must
 * be made to stand for the new one in the same transaction.
 */
export function versionsAdvanced(eb: ExpressionBuilder<Tables, 'accounts'>, by: number | RawBuilder<number>) {
  const advanced = eb('study_version', '+', by)
  return {
    study_version: advanced,
    totals_version: eb
      .case()
      .when('totals_version', '=', eb.ref('study_version'))
      .then(advanced)
      .else(eb.ref('totals_version'))
      .end(),
  }
}
