import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** A handle for SQL: the reader, or the transaction of a write. */
export type Db = Kysely<Tables>

export type DatabaseKind = 'sqlite' | 'postgres'

export interface Storage {
  readonly kind: DatabaseKind
  /** For reads outside a write. Sees only what is committed. Throws DatabaseUnavailableError. */
  readonly db: Db
  /** For what may take minutes, such as a migration: where `db` and `write` have a time limit, this has none. */
  readonly longRunning?: Db
  /**
   * Lets the reads of requests that came in together see one state, where that is cheaper. To be called only while requests are being
   * taken from their sockets.
   */
  readTogether?(): void
  /**
   * Runs `work` in a transaction; once resolved, its effects are on disk. A throw undoes them and nothing else. `work` runs once, and a
   * second time only where the disk was full, nothing of the first run was kept, and a checkpoint has made room.
   * @throws DatabaseUnavailableError, within three seconds where another process holds SQLite's write lock
   */
  write<T>(work: (tx: Db) => Promise<T>): Promise<T>
  /** Throws when the database cannot be reached, or takes no writes. */
  ping(): Promise<void>
  close(): Promise<void>
}
