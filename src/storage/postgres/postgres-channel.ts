import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import type { ChannelListener, Db, MessageChannel } from '../storage.ts'
import type { PostgresConnection } from './postgres-connection.ts'

export interface PostgresChannelOptions {
  /** Opens a session of its own for listening. Must have its own time limit. */
  open(): Promise<PostgresConnection>
  /** For sending. */
  db: Db
  /** Called when listening fails, once until it works again. */
  onError(error: Error): void
  bounds?: Partial<ChannelBounds>
}

export interface ChannelBounds {
  /** The first pause before another attempt to listen. It doubles up to `longestPauseMs`. */
  pauseMs: number
  longestPauseMs: number
  /** How often a message of its own is sent to find out whether messages arrive. */
  probeEveryMs: number
  /** How long such a message may take. */
  probeLimitMs: number
}

const name = 'occupy'
/** PostgreSQL allows 7,999 bytes. */
const maxBytes = 7900
const defaults: ChannelBounds = { pauseMs: 500, longestPauseMs: 60_000, probeEveryMs: 15_000, probeLimitMs: 3000 }

/** Behind a pooler that lends sessions for one transaction, `LISTEN` is accepted, and nothing ever arrives. */
export class NotHeardError extends Error {
  override name = 'NotHeardError'
}

/**
 * LISTEN and NOTIFY. Each listener has a session of its own, which is opened again whenever it is lost. A session
 * counts as listening only while the messages that this process sends to itself, through the pool, arrive.
 */
export function createPostgresChannel({ open, db, onError, bounds }: PostgresChannelOptions) {
  const limits = { ...defaults, ...bounds }
  const stops = new Set<AbortController>()

  async function send(text: string): Promise<void> {
    await sql`select pg_notify(${name}, ${text})`.execute(db)
  }

  function listen(listener: ChannelListener): () => void {
    const stop = new AbortController()
    stops.add(stop)
    void keepListening(listener, stop.signal)
    return () => {
      stops.delete(stop)
      stop.abort()
    }
  }

  async function keepListening(listener: ChannelListener, signal: AbortSignal): Promise<void> {
    let pauseMs = limits.pauseMs
    let isReported = false
    while (!signal.aborted) {
      let wasHeard = false
      const error = await attend(listener, signal, () => {
        wasHeard = true
        listener.onChange(true)
      })
      if (signal.aborted) return
      if (wasHeard) {
        pauseMs = limits.pauseMs
        isReported = false
        listener.onChange(false)
      }
      if (!isReported) onError(error)
      isReported = true
      await wait(pauseMs, undefined, { signal, ref: false }).catch(() => undefined)
      pauseMs = Math.min(2 * pauseMs, limits.longestPauseMs)
    }
  }

  /** Listens until that fails or is stopped. Returns the reason. */
  async function attend(listener: ChannelListener, stopped: AbortSignal, onHeard: () => void): Promise<Error> {
    const ended = new AbortController()
    const stop = () => ended.abort(new Error('listening was stopped'))
    stopped.addEventListener('abort', stop, { once: true })
    let connection: PostgresConnection | undefined
    try {
      connection = await open()
      connection.onFailure = (error) => ended.abort(error)
      const probes = createProbes(send, limits.probeLimitMs)
      connection.onNotification = (payload) => probes.isOwn(payload) || listener.onMessage(payload)
      await connection.query(`listen ${name}`, [])
      for (let isFirst = true; ; isFirst = false) {
        await probes.probe(ended.signal)
        if (isFirst) onHeard()
        await wait(limits.probeEveryMs, undefined, { signal: ended.signal, ref: false })
      }
    } catch (error) {
      const reason = ended.signal.aborted ? (ended.signal.reason as Error) : (error as Error)
      connection?.destroy(reason)
      return reason
    } finally {
      stopped.removeEventListener('abort', stop)
    }
  }

  return {
    maxBytes,
    send,
    listen,
    close(): void {
      for (const stop of stops) stop.abort()
      stops.clear()
    },
  } satisfies MessageChannel & { close(): void }
}

/** Messages that a process sends to itself. */
function createProbes(send: (text: string) => Promise<void>, limitMs: number) {
  const mark = `probe ${randomUUID()}`
  let onHeard: () => void = () => undefined
  return {
    isOwn(payload: string): boolean {
      if (!payload.startsWith('probe ')) return false
      if (payload === mark) onHeard()
      return true
    },

    /** @throws NotHeardError, the reason of the abort, or the error of sending */
    async probe(signal: AbortSignal): Promise<void> {
      signal.throwIfAborted()
      const heard = Promise.withResolvers<void>()
      onHeard = heard.resolve
      const giveUp = () => heard.reject(signal.reason)
      signal.addEventListener('abort', giveUp, { once: true })
      const late = setTimeout(() => heard.reject(new NotHeardError(unheard)), limitMs).unref()
      try {
        await Promise.all([heard.promise, send(mark)])
      } finally {
        clearTimeout(late)
        signal.removeEventListener('abort', giveUp)
      }
    },
  }
}

const unheard = 'this process does not hear its own notifications: is there a pooler in between?'
