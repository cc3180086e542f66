import type { AccountId } from '../../accounts/account.ts'
import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import { statement } from '../../storage/statement.ts'
import type { Db } from '../../storage/storage.ts'

/** Which version and settings an account's daily totals were computed from. */
export interface TotalsState {
  accountId: AccountId
  /** The account's version, which changes with each write to its records. */
  studyVersion: number
  /** The version that the totals were computed from. Undefined if they never were. */
  version: number | undefined
  /** Identifies the settings that they were computed with. */
  basis: string | undefined
  /** Whether the sums of the campus include the totals. */
  shared: boolean
  hidden: boolean
  /** Whether it has no records and never had totals. */
  isNew: boolean
}

const columns = [
  'id',
  'study_count',
  'study_version',
  'totals_version',
  'totals_basis',
  'totals_shared',
  'visibility',
] as const

interface Row {
  id: number
  study_count: number
  study_version: number
  totals_version: number | null
  totals_basis: string | null
  totals_shared: number
  visibility: string
}

export function findTotalsState(db: Db, accountId: AccountId): MaybePromise<TotalsState | undefined> {
  return andThen(stateById.first(db, { accountId }), (row) => row && toState(row))
}

const stateById = statement<{ accountId: AccountId }, Row>((db, { accountId }) =>
  db.selectFrom('accounts').select(columns).where('id', '=', accountId).compile(),
)

/** The states of the next accounts after this id. */
export async function findStatesAfter(db: Db, afterId: number, limit: number): Promise<TotalsState[]> {
  return (await statesAfter.all(db, { afterId, limit })).map(toState)
}

const statesAfter = statement<{ afterId: number; limit: number }, Row>((db, { afterId, limit }) =>
  db.selectFrom('accounts').select(columns).where('id', '>', afterId).orderBy('id').limit(limit).compile(),
)

export async function countAccounts(db: Db): Promise<number> {
  const row = await db
    .selectFrom('accounts')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export async function putTotalsState(
  tx: Db,
  { accountId, version, basis, shared }: Pick<TotalsState, 'accountId' | 'version' | 'basis' | 'shared'>,
): Promise<void> {
  await statePut.all(tx, { accountId, version: version ?? null, basis: basis ?? null, shared: shared ? 1 : 0 })
}

interface StateValues {
  accountId: AccountId
  version: number | null
  basis: string | null
  shared: number
}

const statePut = statement<StateValues, unknown>((db, { accountId, version, basis, shared }) =>
  db
    .updateTable('accounts')
    .set({ totals_version: version, totals_basis: basis, totals_shared: shared })
    .where('id', '=', accountId)
    .compile(),
)

function toState(row: Row): TotalsState {
  return {
    accountId: row.id as AccountId,
    studyVersion: row.study_version,
    version: row.totals_version ?? undefined,
    basis: row.totals_basis ?? undefined,
    shared: row.totals_shared === 1,
    hidden: row.visibility === 'only_me',
    isNew: row.totals_version === null && row.study_count === 0,
  }
}
