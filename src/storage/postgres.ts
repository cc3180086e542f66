import { setTimeout } from 'node:timers/promises'
import {
  type DatabaseConnection,
  Kysely,
  PostgresAdapter,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  sql,
} from 'kysely'
import type pg from 'pg'
import { openCommit } from './before-commit.ts'
import { isUnreachable } from './constraint-errors.ts'
import { asUnavailable, DatabaseUnavailableError } from './database-unavailable.ts'
import { postgresDriver } from './postgres-driver.ts'
import { clientForHosts, splitHosts } from './postgres-hosts.ts'
import type { Storage } from './storage.ts'
import type { Tables } from './tables.ts'

/** In milliseconds. */
const pingPatience = 3000

export interface PostgresOptions {
  url: string
  /** Connections of this process, at most. */
  connections?: number
  onError?: (error: Error) => void
}

export function openPostgres({ url, connections = 10, onError = () => undefined }: PostgresOptions): Storage {
  const pool = primaryPool(url, connections)
  pool.on('error', onError)
  // A broken connection fails the query that is under way; without a listener it would end the process too.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<Tables>({ dialect: new PooledPostgresDialect({ pool }) })
  return {
    kind: 'postgres',
    db,
    write: (work) =>
      db.transaction().execute(async (tx) => {
        const atEnd = openCommit(tx)
        const value = await atEnd.run(work)
        await atEnd.finish()
        return value
      }),
    ping: () => withinPatience(sql`select 1`.execute(db)),
    close: () => db.destroy(),
  }
}

/** `migrate` takes a lock of its own: Kysely's belongs to a session, and behind a pooler each transaction may have another one. */
class UnlockedPostgresAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

/** Tells by class what the database could not serve. */
class TranslatingDriver extends PostgresDriver {
  override async acquireConnection(
    ...options: Parameters<PostgresDriver['acquireConnection']>
  ): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection(...options).catch(throwTranslated)
    if (!Object.hasOwn(connection, 'executeQuery')) {
      const execute: DatabaseConnection['executeQuery'] = connection.executeQuery.bind(connection)
      connection.executeQuery = (query) => execute<never>(query).catch(throwTranslated)
    }
    return connection
  }
}

function throwTranslated(error: unknown): never {
  throw asUnavailable(error)
}

class PooledPostgresDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig

  constructor(config: PostgresDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): PostgresDriver {
    return new TranslatingDriver(this.#config)
  }

  override createAdapter(): PostgresAdapter {
    return new UnlockedPostgresAdapter()
  }
}

/** A server that was unplugged says nothing: a monitor is told so before it gives up, whatever the query's own limit. */
async function withinPatience(query: Promise<unknown>): Promise<void> {
  const timer = new AbortController()
  const silence = setTimeout(pingPatience, undefined, { signal: timer.signal }).then(
    () => {
      throw new DatabaseUnavailableError('unreachable', 'the database does not answer')
    },
    () => undefined,
  )
  try {
    await Promise.race([query, silence])
  } finally {
    timer.abort()
  }
}

/** A pool whose clients stand on the one server that takes writes, wherever in the list it is now. */
function primaryPool(url: string, connections: number): pg.Pool {
  const { single, addresses } = splitHosts(url)
  const { Client, turn } = clientForHosts(addresses)
  const pool = new (postgresDriver().Pool)({
    connectionString: single,
    Client,
    max: connections,
    connectionTimeoutMillis: 3000,
    query_timeout: 15_000,
    keepAlive: true,
    verify: (client, done) => {
      client.query('show transaction_read_only', (error, result) => {
        const readOnly = result?.rows[0]?.transaction_read_only === 'on'
        done(error ?? (readOnly ? Object.assign(new Error('the server is a standby'), { code: '25006' }) : undefined))
      })
    },
  })
  const connectOnce = pool.connect.bind(pool)
  const connect = async (): Promise<pg.PoolClient> => {
    for (let tried = 1; ; tried++) {
      try {
        return await connectOnce()
      } catch (error) {
        if (!isUnreachable(error) || tried >= addresses.length) throw error
        turn()
      }
    }
  }
  return Object.assign(pool, { connect })
}
