import { isUnreachable } from '../constraint-errors.ts'
import { DatabaseLostError, type PostgresConnection } from './postgres-connection.ts'

export interface PoolOptions {
  /** Must have its own time limit. */
  open(): Promise<PostgresConnection>
  /** The maximum number of connections. */
  size: number
  /** Called when an idle connection breaks. */
  onError(error: Error): void
}

/** One caller's exclusive use of a connection, until its release. */
export interface Lease {
  readonly connection: PostgresConnection
  /** Returns the connection to the pool, unless it has failed. */
  release(): void
}

interface Caller {
  /** A connection is being opened for it. */
  isOpening?: boolean
  connection?: PostgresConnection
  timer?: NodeJS.Timeout
  take(lease: Lease): void
  refuse(error: Error): void
}

/**
 * Unlike the driver's pool, this one limits a caller's total time, including the wait, and never reuses a connection
 * that failed or did not respond. After such a failure it closes the idle connections, because they may be dead too.
 */
export class PostgresPool {
  readonly #options: PoolOptions
  #idle: PostgresConnection[] = []
  /** In order of arrival. */
  readonly #waiting = new Set<Caller>()
  readonly #closed = Promise.withResolvers<void>()
  #isEnding = false
  /** Connections that are open or being opened. */
  #count = 0

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** @param limitMs maximum time until the release; then the connection is destroyed. Without it, only connecting has a limit */
  lease(limitMs?: number): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const caller: Caller = { take: resolve, refuse: reject }
      if (this.#isEnding) return reject(new Error('the database is closed'))
      if (limitMs !== undefined) caller.timer = setTimeout(() => this.#lapse(caller, limitMs), limitMs)
      this.#waiting.add(caller)
      this.#serve()
    })
  }

  /** Waits for callers that hold a connection. */
  async end(): Promise<void> {
    this.#isEnding = true
    for (const caller of this.#waiting) this.#refuse(caller, new Error('the database is closed'))
    const ending = this.#idle.splice(0).map((connection) => this.#retire(connection))
    if (this.#count === 0) this.#closed.resolve()
    await Promise.all([...ending, this.#closed.promise])
  }

  #serve(): void {
    for (const caller of this.#waiting) {
      const connection = this.#idle.pop()
      if (connection === undefined) break
      this.#lend(connection, caller)
    }
    for (const caller of this.#waiting) {
      if (this.#count >= this.#options.size) break
      if (!caller.isOpening) void this.#openFor(caller)
    }
  }

  /**
   * The caller may have received another connection in the meantime. The new one is then idle, and a failure to open it
   * affects no caller.
   */
  async #openFor(caller: Caller): Promise<void> {
    caller.isOpening = true
    this.#count++
    try {
      const connection = await this.#options.open()
      connection.onFailure = (error) => this.#dropIdle(connection, error)
      if (this.#waiting.has(caller)) this.#lend(connection, caller)
      else this.#keep(connection)
    } catch (error) {
      this.#forget()
      if (this.#waiting.has(caller)) this.#refuse(caller, error as Error)
    }
    this.#serve()
  }

  #lend(connection: PostgresConnection, caller: Caller): void {
    this.#waiting.delete(caller)
    caller.connection = connection
    caller.take({ connection, release: () => this.#release(connection, caller) })
  }

  #release(connection: PostgresConnection, { timer }: Caller): void {
    clearTimeout(timer)
    const { failure } = connection
    if (failure === undefined) this.#keep(connection)
    else {
      this.#forget()
      if (isUnreachable(failure)) for (const idle of [...this.#idle]) idle.destroy(failure)
    }
    this.#serve()
  }

  #lapse(caller: Caller, limitMs: number): void {
    const error = new DatabaseLostError(`no answer from the database in ${limitMs} ms`, { code: 'ETIMEDOUT' })
    if (caller.connection) caller.connection.destroy(error)
    else this.#refuse(caller, error)
  }

  #refuse(caller: Caller, error: Error): void {
    clearTimeout(caller.timer)
    this.#waiting.delete(caller)
    caller.refuse(error)
  }

  #keep(connection: PostgresConnection): void {
    if (this.#isEnding) void this.#retire(connection)
    else this.#idle.push(connection)
  }

  #dropIdle(connection: PostgresConnection, error: Error): void {
    const at = this.#idle.indexOf(connection)
    if (at < 0) return
    this.#idle.splice(at, 1)
    this.#forget()
    this.#options.onError(error)
  }

  async #retire(connection: PostgresConnection): Promise<void> {
    await connection.end()
    this.#forget()
  }

  #forget(): void {
    this.#count--
    if (this.#isEnding && this.#count === 0) this.#closed.resolve()
  }
}
