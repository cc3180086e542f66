import { Socket } from 'node:net'
import type pg from 'pg'
import { isUnreachable } from '../constraint-errors.ts'
import { postgresDriver } from './postgres-driver.ts'
import type { PostgresAddress } from './postgres-hosts.ts'

/** Idle time of a connection before the first probe. The kernel then probes once a second, and gives up after ten probes. */
const keepAliveAfterMs = 10_000
/** How long to wait for the server to close its end after a terminate message. */
const goodbyeMs = 500

/** The server is gone or does not respond. Whether a commit in progress took effect is unknown. */
export class DatabaseLostError extends Error {
  override name = 'DatabaseLostError'
  /** SQLSTATE: 08006 (`connection_failure`), or 25006 (`read_only_sql_transaction`) for a standby. */
  readonly code: string

  constructor(message: string, { code = '08006', ...options }: ErrorOptions & { code?: string } = {}) {
    super(message, options)
    this.code = code
  }
}

/** One session. After its first failure, every later query throws the same error. */
export class PostgresConnection {
  readonly #client: pg.Client
  readonly #socket: Socket
  #failure: Error | undefined
  /** Called once, when the connection fails or is destroyed. */
  onFailure: (error: Error) => void = () => undefined
  /** Called with the payload of each notification, if the session listens. */
  onNotification: (payload: string) => void = () => undefined

  constructor(client: pg.Client, socket: Socket) {
    this.#client = client
    this.#socket = socket
    client.on('error', (error) => this.#fail(error))
    client.on('notification', ({ payload = '' }) => this.onNotification(payload))
    client.on('end', () => this.#fail(new DatabaseLostError('the server closed the connection')))
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  async query(text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
    if (this.#failure) throw this.#failure
    try {
      return await this.#client.query(text, [...values])
    } catch (error) {
      if (this.#failure) throw this.#failure
      // A statement error leaves the session usable. After any other error its state is unknown.
      const endsSession = !(error instanceof postgresDriver().DatabaseError) || isUnreachable(error)
      if (endsSession) this.destroy(error as Error)
      throw error
    }
  }

  /**
   * Closes the socket immediately, without a terminate message, because the server may not respond. A running query
   * throws `reason`.
   */
  destroy(reason: Error): void {
    this.#fail(reason)
    this.#socket.destroy(this.#failure)
  }

  /** Must not be called while a query is running. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.#socket.destroy(), goodbyeMs)
    await this.#client.end()
    clearTimeout(timer)
  }

  #fail(error: Error): void {
    if (this.#failure) return
    // The driver's errors about lost connections have no code.
    this.#failure = 'code' in error ? error : new DatabaseLostError(error.message, { cause: error })
    this.onFailure(this.#failure)
  }
}

/**
 * Opens a session on a server that accepts writes. An abort ends the attempt immediately.
 * @throws DatabaseLostError for a standby or an abort, or the driver's error
 */
export async function connectTo({ url }: PostgresAddress, signal: AbortSignal): Promise<PostgresConnection> {
  signal.throwIfAborted()
  // Created here, because `destroy` could not reach a socket that the driver creates.
  const socket = new Socket()
  const client = new (postgresDriver().Client)({
    connectionString: url,
    stream: () => socket,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveAfterMs,
  })
  const connection = new PostgresConnection(client, socket)
  const abort = () => connection.destroy(new DatabaseLostError('no response in time'))
  signal.addEventListener('abort', abort, { once: true })
  try {
    await client.connect()
    const { rows } = await connection.query('show transaction_read_only', [])
    if (rows[0]?.transaction_read_only === 'on') throw new DatabaseLostError('it is a standby', { code: '25006' })
    return connection
  } catch (error) {
    connection.destroy(error as Error)
    throw connection.failure ?? error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
