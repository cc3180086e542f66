import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** A handle for SQL: the reader, or the transaction of a write. */
export type Db = Kysely<Tables>

export type DatabaseKind = 'sqlite' | 'postgres'

/** Runs the one transaction of a use case that yields `T`: `storage.write`, or one that also stores the answer. */
export type Transact<T> = (work: (tx: Db) => Promise<T>) => Promise<T>

export interface Storage {
  readonly kind: DatabaseKind
  /** For reads outside a write. Sees only committed data. Throws DatabaseUnavailableError. */
  readonly db: Db
  /** For operations that may take minutes, such as a migration: unlike `db` and `write`, it has no time limit. */
  readonly longRunning?: Db
  /**
   * Lets the reads of requests that arrived together share one snapshot, if that is cheaper. Must be called only while
   * requests are being read from their sockets.
   */
  readTogether?(): void
  /**
   * Runs `work` in a transaction. When the promise resolves, the effects are on disk. If `work` throws, only its own
   * effects are rolled back. `work` runs once; it runs a second time only if the disk was full, nothing of the first
   * run was kept, and a checkpoint has freed space.
   * @throws DatabaseUnavailableError, within three seconds if another process holds SQLite's write lock
   */
  write<T>(work: (tx: Db) => Promise<T>): Promise<T>
  /** Carries messages to the other processes that use the database, if the database can. */
  readonly channel?: MessageChannel
  /** Throws if the database is unreachable or does not accept writes. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Messages between processes of the service. They may be lost, but none arrives before it was sent. */
export interface MessageChannel {
  /** The longest message, in bytes. */
  readonly maxBytes: number
  send(text: string): Promise<void>
  /** Listens until the returned function is called. A process may or may not receive its own messages. */
  listen(listener: ChannelListener): () => void
}

export interface ChannelListener {
  onMessage(text: string): void
  /**
   * Called when it changes whether the messages of every process that writes to the database arrive. Initially they do
   * not. Messages that were sent before they do may have been lost.
   */
  onChange(isComplete: boolean): void
}
