import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../accounts/account.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import { beforeCommit } from '../storage/before-commit.ts'
import { statement } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { BoardId } from './board-period.ts'

const key = 'board version'

/** Invalidates the cached pages of all processes. Called when a student's visibility changes. */
export function invalidateBoardPages(tx: Db): void {
  beforeCommit(tx, raise, [undefined])
}

async function raise(db: Db): Promise<void> {
  await sql`insert into settings (key, value) values (${key}, '1')
    on conflict (key) do update set value = cast(cast(settings.value as bigint) + 1 as text)`.execute(db)
}

export interface OwnTotal {
  seconds: number
  /** The version of all boards, for cached pages. */
  version: number
}

/** Reads both in one statement, because every response needs both. */
export function findOwnTotal(db: Db, accountId: AccountId, period: BoardId): MaybePromise<OwnTotal> {
  return andThen(ownTotal.first(db, { accountId, period }), (row) => ({
    seconds: row?.seconds ?? 0,
    version: Number(row?.version ?? 0),
  }))
}

const ownTotal = statement<
  { accountId: AccountId; period: BoardId },
  { seconds: number | null; version: string | null }
>((db, { accountId, period }) => {
  const own = sql`select seconds from board_totals where account_id = ${accountId} and period = ${period}`
  const version: RawBuilder<unknown> = sql`select value from settings where key = ${sql.lit(key)}`
  return sql<{
    seconds: number | null
    version: string | null
  }>`select (${own}) as seconds, (${version}) as version`.compile(db)
})
