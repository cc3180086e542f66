import { sql } from 'kysely'
import type { AccountId } from '../../accounts/account.ts'
import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import { statement, statementsByShape } from '../../storage/statement.ts'
import type { Db } from '../../storage/storage.ts'
import type { BoardId } from '../board-period.ts'

/** A position in the order of a board. */
export interface BoardPosition {
  accountId: AccountId
  seconds: number
}

export interface BoardEntry extends BoardPosition {
  /** Undefined for a student who is ranked anonymously. */
  username: string | undefined
}

export interface EntriesRequest {
  period: BoardId
  /** Only entries beyond this position, in the requested direction. */
  beyond?: BoardPosition | undefined
  direction: 'down' | 'up'
  limit: number
}

/** Returns entries in the requested direction: `down` begins with the most seconds. */
export function findEntries(db: Db, { period, beyond, direction, limit }: EntriesRequest): MaybePromise<BoardEntry[]> {
  const rows = entries({ direction, beyond: beyond !== undefined }).all(db, { period, limit, ...beyond })
  return andThen(rows, (rows) =>
    rows.map(({ account_id, seconds, username }) => ({
      accountId: account_id as AccountId,
      seconds,
      username: username ?? undefined,
    })),
  )
}

interface Values extends Partial<BoardPosition> {
  period: BoardId
  limit: number
}

interface EntryRow {
  account_id: number
  seconds: number
  username: string | null
}

const entries = statementsByShape(({ direction, beyond }: { direction: 'down' | 'up'; beyond: boolean }) =>
  statement<Values, EntryRow>((db, { period, limit, seconds, accountId }) => {
    const order = direction === 'down' ? 'desc' : 'asc'
    const query = db
      .selectFrom('board_totals')
      // Not a join, which a database may turn into a scan of all accounts.
      .select(['account_id', 'seconds', nameOf.as('username')])
      .where('period', '=', period)
      .orderBy('seconds', order)
      .orderBy('account_id', order)
      .limit(limit)
    const rest = query.where((eb) =>
      eb(eb.refTuple('seconds', 'account_id'), direction === 'down' ? '<' : '>', eb.tuple(seconds, accountId)),
    )
    return (beyond ? rest : query).compile()
  }),
)

/** Read from the account each time, so that a change of visibility takes effect at once. */
const nameOf = sql<string | null>`(select accounts.username from accounts
  where accounts.id = board_totals.account_id and accounts.visibility = 'everyone')`
