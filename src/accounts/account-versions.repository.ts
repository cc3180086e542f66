import type { ExpressionBuilder, RawBuilder, Selectable } from 'kysely'
import type { EpochSeconds } from '../shared/clock.ts'
import { isSqlite, statement } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { Tables } from '../storage/tables.ts'
import type { AccountTable } from './account.table.ts'
import { type AccountId, isHidden } from './account.ts'

const stateColumns = [
  ...(['study_version', 'visibility', 'totals_version', 'totals_basis'] as const),
  ...(['latest_end', 'latest_end_version'] as const),
] as const

type StateRow = Pick<Selectable<AccountTable>, (typeof stateColumns)[number]>

/** The columns that writes to an account's records need. */
export interface StudiesState {
  studyVersion: number
  hidden: boolean
  /** The basis of the daily totals, if they represent the current records. */
  totalsBasis: string | undefined
  /** No ended record of the account ends later, if this is known. */
  latestEnd: EpochSeconds | undefined
}

/** Locks the account's row until the end of the transaction. Returns undefined if the account no longer exists. */
export async function lockStudies(tx: Db, id: AccountId): Promise<StudiesState | undefined> {
  const row = await lockedState.first(tx, { id })
  if (row === undefined) return undefined
  const { study_version: studyVersion, totals_version: totalsVersion, totals_basis: basis } = row
  return {
    studyVersion,
    hidden: isHidden(row),
    totalsBasis: totalsVersion === studyVersion ? (basis ?? undefined) : undefined,
    latestEnd: row.latest_end_version === studyVersion ? (row.latest_end ?? undefined) : undefined,
  }
}

const lockedState = statement<{ id: AccountId }, StateRow>((db, { id }) => {
  const state = db.selectFrom('accounts').select(stateColumns).where('id', '=', id)
  return (isSqlite(db) ? state : state.forUpdate()).compile()
})

/**
 * Must be called after a transaction's writes to the account's records, which got the next `written` versions, one
 * each. `added` is the change in the number of records, `latestEnd` the bound after them. Without a bound, the stored one
 * becomes invalid.
 */
export async function noteStudies(
  tx: Db,
  id: AccountId,
  { added, written, latestEnd }: { added: number; written: number; latestEnd: EpochSeconds | undefined },
): Promise<void> {
  await studyNote.all(tx, { id, added, written, latestEnd: latestEnd ?? null })
}

interface NoteValues {
  id: AccountId
  added: number
  written: number
  latestEnd: EpochSeconds | null
}

const studyNote = statement<NoteValues, unknown>((db, { id, added, written, latestEnd }) =>
  db
    .updateTable('accounts')
    .set((eb) => ({
      study_count: eb('study_count', '+', added),
      ...versionsAdvanced(eb, written),
      latest_end: latestEnd,
      latest_end_version: eb('study_version', '+', written),
    }))
    .where('id', '=', id)
    .compile(),
)

/**
 * Returns the account's versions after this many more writes. Daily totals that represented the account's version must
 * be updated to represent the new one in the same transaction.
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
