import {
  AbortedTransactionError,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import { asUnavailable } from '../database-unavailable.ts'
import type { Lease, PostgresPool } from './postgres-pool.ts'

/** A Kysely dialect on leases of `pool`, each limited to `limitMs` if that is given. `destroy` leaves the pool open. */
export class PooledPostgresDialect implements Dialect {
  readonly #pool: PostgresPool
  readonly #limitMs: number | undefined

  constructor(pool: PostgresPool, limitMs?: number) {
    this.#pool = pool
    this.#limitMs = limitMs
  }

  createDriver(): Driver {
    return new PooledDriver(this.#pool, this.#limitMs)
  }

  createAdapter(): PostgresAdapter {
    return new UnlockedPostgresAdapter()
  }

  createQueryCompiler(): PostgresQueryCompiler {
    return new PostgresQueryCompiler()
  }

  // Kysely's interface accepts a database of any schema.
  createIntrospector(db: Parameters<Dialect['createIntrospector']>[0]): PostgresIntrospector {
    return new PostgresIntrospector(db as Kysely<unknown>)
  }
}

/**
 * `migrate` takes its own lock. Kysely's lock belongs to a session, and behind a pooler each transaction may run in
 * another session.
 */
class UnlockedPostgresAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

class PooledDriver implements Driver {
  readonly #pool: PostgresPool
  readonly #limitMs: number | undefined
  readonly #begin: string

  constructor(pool: PostgresPool, limitMs: number | undefined) {
    this.#pool = pool
    this.#limitMs = limitMs
    // An abandoned transaction must not hold its locks until the server notices the lost connection, which may take hours.
    const limits = `set local statement_timeout = ${limitMs}; set local idle_in_transaction_session_timeout = ${limitMs}`
    this.#begin = limitMs === undefined ? 'begin' : `begin; ${limits}`
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<LeasedConnection> {
    return new LeasedConnection(await this.#pool.lease(this.#limitMs).catch(throwTranslated))
  }

  async beginTransaction(connection: LeasedConnection, settings: TransactionSettings): Promise<void> {
    if (settings.accessMode || settings.isolationLevel) throw new Error('transactions have no settings here')
    try {
      await connection.run(this.#begin)
    } catch (error) {
      // The connection may be inside a transaction now.
      connection.discard(error as Error)
      throwTranslated(error)
    }
  }

  /** Must not be retried after a failure: the commit may have taken effect. */
  async commitTransaction(connection: LeasedConnection): Promise<void> {
    const { command } = await connection.run('commit').catch(throwTranslated)
    // PostgreSQL responds with ROLLBACK if an earlier statement failed.
    if (command === 'ROLLBACK') throw new AbortedTransactionError()
  }

  /** Never throws: the caller must see the error that caused the rollback. */
  async rollbackTransaction(connection: LeasedConnection): Promise<void> {
    try {
      await connection.run('rollback')
    } catch (error) {
      connection.discard(error as Error)
    }
  }

  async releaseConnection(connection: LeasedConnection): Promise<void> {
    connection.release()
  }

  async destroy(): Promise<void> {}
}

/** Throws errors of an unavailable database as DatabaseUnavailableError. */
function throwTranslated(error: unknown): never {
  throw asUnavailable(error)
}

class LeasedConnection implements DatabaseConnection {
  readonly #lease: Lease

  constructor(lease: Lease) {
    this.#lease = lease
  }

  run(text: string, values: readonly unknown[] = []) {
    return this.#lease.connection.query(text, values)
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { command, rowCount, rows = [] } = await this.run(sql, parameters).catch(throwTranslated)
    const changes = /^(INSERT|UPDATE|DELETE|MERGE)$/.test(command)
    return { rows, ...(changes && { numAffectedRows: BigInt(rowCount ?? 0) }) }
  }

  // biome-ignore lint/correctness/useYield: nothing is streamed
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streams are not supported')
  }

  discard(reason: Error): void {
    this.#lease.connection.destroy(reason)
  }

  release(): void {
    this.#lease.release()
  }
}
