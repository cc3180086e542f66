import { type RawBuilder, sql } from 'kysely'
import type { AccountId } from '../../accounts/account.ts'
import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import type { Order } from '../../shared/page.ts'
import { beforeCommit } from '../../storage/before-commit.ts'
import { counterTable } from '../../storage/counter-table.ts'
import { isSqlite, statement, statementsByShape } from '../../storage/statement.ts'
import type { Db } from '../../storage/storage.ts'
import { openTurns } from '../../storage/turns.ts'
import { type CounterDelta, counterWidths, runningWidth, summed } from './study-counter.ts'

/**
 * The number of rows over which writers of one busy stretch are spread: PostgreSQL's row locks would serialize them on
 * a single row.
 */
const slots = 8
/** How many records SQLite counts at once. */
const pieceSize = 5000

const counters = counterTable('study_tallies', ['width', 'bucket', 'slot'])

/** Adds the deltas of all writes together at the end of the transaction, because this takes locks that others wait for. */
export function addToCounters(tx: Db, deltas: CounterDelta[]): void {
  beforeCommit(tx, writeDeltas, deltas)
}

async function writeDeltas(db: Db, deltas: CounterDelta[]): Promise<void> {
  const slot = Math.floor(Math.random() * slots)
  const rows = summed(deltas).filter(({ delta }) => delta !== 0)
  await counters.add(
    db,
    rows.map(({ width, bucket, delta }) => ({ width, bucket, slot, delta })),
  )
}

/**
 * Adds (`sign` 1) or subtracts (`sign` -1) the starts of all records of an account, within the database, because there
 * may be very many. Takes its locks in the same order as every other writer.
 */
export async function addStartsOf(tx: Db, accountId: AccountId, sign: 1 | -1): Promise<void> {
  const slot = Math.floor(Math.random() * slots)
  const pieces = await piecesOf(tx, accountId)
  const turns = openTurns()
  for (const width of counterWidths) {
    // Rounded down explicitly: both databases round towards zero, and starts of old releases may be before 1970.
    const bucket = sql.raw(`(started_at - ((started_at % ${width}) + ${width}) % ${width}) / ${width}`)
    for (const among of pieces) {
      await sql`insert into study_tallies (width, bucket, slot, count)
        select ${sql.lit(width)}, ${bucket}, ${sql.lit(slot)}, ${sql.lit(sign)} * count(*) from studies
        where account_id = ${accountId} and ${among} group by ${bucket} order by ${bucket}
        on conflict (width, bucket, slot) do update set count = study_tallies.count + excluded.count`.execute(tx)
      if (turns.isOver()) await turns.next()
    }
  }
}

/** Conditions that divide the records of an account, in the order of their starts. SQLite blocks the event loop during a statement. */
async function piecesOf(tx: Db, accountId: AccountId): Promise<RawBuilder<unknown>[]> {
  const pieces: RawBuilder<unknown>[] = []
  if (!isSqlite(tx)) return [sql`true`]
  const turns = openTurns()
  for (let after = sql`true`; ; ) {
    const { rows } = await sql<{ started_at: number; id: number }>`select started_at, id from studies
      where account_id = ${accountId} and ${after}
      order by started_at, id limit 1 offset ${sql.lit(pieceSize - 1)}`.execute(tx)
    const [last] = rows
    if (last === undefined) return [...pieces, after]
    const { started_at, id } = last
    // Of the pairs alone, SQLite would use the lower bound only.
    pieces.push(sql`${after} and started_at <= ${started_at} and (started_at, id) <= (${started_at}, ${id})`)
    after = sql`started_at >= ${started_at} and (started_at, id) > (${started_at}, ${id})`
    if (turns.isOver()) await turns.next()
  }
}

export function countAll(db: Db): MaybePromise<number> {
  return sumOf(db, counterWidths[0])
}

export function countRunning(db: Db): MaybePromise<number> {
  return sumOf(db, runningWidth)
}

function sumOf(db: Db, width: number): MaybePromise<number> {
  return andThen(sumByWidth.first(db, { width }), (row) => Number(row?.count ?? 0))
}

const sumByWidth = statement<{ width: number }, { count: number | null }>((db, { width }) =>
  db
    .selectFrom('study_tallies')
    .select((eb) => eb.fn.sum<number | null>('count').as('count'))
    .where('width', '=', width)
    .compile(),
)

export interface CounterPosition {
  /** The finest stretch that contains the record's start, as [from, to) in epoch seconds. */
  from: number
  to: number
  /** How many records of that stretch precede it, in the requested order. */
  offset: number
}

/** The position of the record that `offset` others precede, found by descending through the widths; undefined past the last record. */
export async function locate(db: Db, offset: number, order: Order): Promise<CounterPosition | undefined> {
  let range: { from: number; to: number } | undefined
  let rest = offset
  for (const width of counterWidths) {
    const found = await stretchHolding(db, width, range, rest, order)
    if (found === undefined) return undefined
    range = { from: found.bucket * width, to: (found.bucket + 1) * width }
    rest -= found.before
  }
  return range && { ...range, offset: rest }
}

async function stretchHolding(
  db: Db,
  width: number,
  within: { from: number; to: number } | undefined,
  offset: number,
  order: Order,
): Promise<{ bucket: number; before: number } | undefined> {
  const stretches = stretchesOf({ order, within: within !== undefined })
  const found = await stretches.all(db, { width, from: within && within.from / width, to: within && within.to / width })
  let before = 0
  for (const { bucket, count } of found) {
    if (before + Number(count) > offset) return { bucket, before }
    before += Number(count)
  }
  return undefined
}

interface Stretches {
  width: number
  from?: number | undefined
  to?: number | undefined
}

const stretchesOf = statementsByShape(({ order, within }: { order: Order; within: boolean }) =>
  statement<Stretches, { bucket: number; count: number | string }>((db, { width, from, to }) => {
    const query = db
      .selectFrom('study_tallies')
      .select((eb) => ['bucket', eb.fn.sum<number>('count').as('count')])
      .where('width', '=', width)
      .groupBy('bucket')
      .orderBy('bucket', order)
    return (within ? query.where('bucket', '>=', from).where('bucket', '<', to) : query).compile()
  }),
)
