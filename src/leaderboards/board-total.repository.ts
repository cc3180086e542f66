import type { AccountId } from '../accounts/account.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import { counterTable } from '../storage/counter-table.ts'
import { statement, statementsByShape } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { BoardId } from './board-period.ts'

export type BoardTotalsOf = Map<BoardId, number>

/** Above this number, all rows of the account are read. A write changes four boards for each day of the record. */
const maxListedPeriods = 12

const totals = counterTable('board_totals', ['account_id', 'period'], 'seconds')

/** The account's seconds on the boards; at least on those of `periods`, if given. */
export function findTotals(db: Db, accountId: AccountId, periods?: readonly BoardId[]): MaybePromise<BoardTotalsOf> {
  const rows =
    periods && periods.length <= maxListedPeriods
      ? totalsIn(periods.length).all(db, {
          accountId,
          ...Object.fromEntries(periods.map((id, at) => [`period${at}`, id])),
        })
      : allTotals.all(db, { accountId })
  return andThen(rows, (rows) => new Map(rows.map(({ period, seconds }) => [period as BoardId, seconds])))
}

interface TotalRow {
  period: number
  seconds: number
}

const totalsIn = statementsByShape((length: number) =>
  statement<Record<string, number>, TotalRow>((db, values) =>
    db
      .selectFrom('board_totals')
      .select(['period', 'seconds'])
      .where('account_id', '=', values.accountId as NonNullable<typeof values.accountId>)
      .where(
        'period',
        'in',
        Array.from({ length }, (_, at) => values[`period${at}`] as NonNullable<typeof values.accountId>),
      )
      .compile(),
  ),
)

const allTotals = statement<{ accountId: AccountId }, TotalRow>((db, { accountId }) =>
  db.selectFrom('board_totals').select(['period', 'seconds']).where('account_id', '=', accountId).compile(),
)

export interface TotalChange {
  period: BoardId
  before: number
  after: number
}

/** Stores the seconds after these changes. Rows of 0 seconds are deleted. */
export async function changeTotals(db: Db, accountId: AccountId, changes: readonly TotalChange[]): Promise<void> {
  const rows = changes.map(({ period, before, after }) => ({ account_id: accountId, period, delta: after - before }))
  await totals.add(db, rows)
  await totals.deleteZeros(
    db,
    rows.filter((_, at) => changes[at]?.after === 0),
  )
}
