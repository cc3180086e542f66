import { Kysely, sql } from 'kysely'
import { openCommit } from '../before-commit.ts'
import type { Storage } from '../storage.ts'
import type { Tables } from '../tables.ts'
import { createPostgresChannel } from './postgres-channel.ts'
import { PooledPostgresDialect } from './postgres-dialect.ts'
import { splitHosts } from './postgres-hosts.ts'
import { PostgresPool } from './postgres-pool.ts'
import { primaryFinder } from './postgres-primary.ts'

/** Limit of a read or a write, including the wait for a connection, so that a request gets its 503 within three seconds. */
const limitMs = 2300

export interface PostgresOptions {
  url: string
  /** The maximum number of connections of this process. */
  connections?: number
  /** For commands that copy or seed data: removes the time limit. */
  longRunning?: boolean
  onError?: (error: Error) => void
}

export function openPostgres(options: PostgresOptions): Storage {
  const { url, connections: size = 10, onError = () => undefined } = options
  const open = primaryFinder(splitHosts(url))
  const pool = new PostgresPool({ open, size, onError })
  const longRunning = new Kysely<Tables>({ dialect: new PooledPostgresDialect(pool) })
  const db = options.longRunning
    ? longRunning
    : new Kysely<Tables>({ dialect: new PooledPostgresDialect(pool, limitMs) })
  const channel = createPostgresChannel({ open, db, onError })
  return {
    kind: 'postgres',
    db,
    longRunning,
    write: async (work) => {
      const { value, announce } = await db.transaction().execute(async (tx) => {
        const atEnd = openCommit(tx)
        const value = await atEnd.run(work)
        await atEnd.finish()
        return { value, announce: atEnd.announce }
      })
      announce()
      return value
    },
    channel,
    ping: async () => void (await sql`select 1`.execute(db)),
    close: async () => {
      channel.close()
      await pool.end()
    },
  }
}
