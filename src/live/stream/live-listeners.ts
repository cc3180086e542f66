import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AccountId } from '../../accounts/account.ts'
import type { Identity } from '../../authentication/credential-cache.ts'
import { type EventStream, keepAliveComment, openEventStream, retryText } from '../../http/event-stream.ts'
import type { TransportLimits } from '../../http/transport/limits.ts'
import type { Clock } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Listening, LiveFeed } from '../feed/live-feed.service.ts'
import { createLiveTexts } from './live-texts.ts'

export type ListenerLimits = Pick<
  TransportLimits,
  'listeners' | 'listenersPerAccount' | 'listenerBytes' | 'listenerCheckMs' | 'listenerMs'
>

/** How long a listener waits before it reconnects. */
const retryMs = 3000

export interface LiveListenersDeps {
  feed: LiveFeed
  clock: Clock
  limits: ListenerLimits
  isStillValid(identity: Identity): MaybePromise<boolean>
  /** Called when credentials could not be checked. */
  onError(error: unknown): void
}

interface Listener {
  identity: Identity
  openedAt: number
  stream: EventStream
}

/** The listeners of this process. */
export function createLiveListeners({ feed, clock, limits, isStillValid, onError }: LiveListenersDeps) {
  const listeners = new Set<Listener>()
  const limit = createListenerLimit(limits)
  const texts = createLiveTexts()
  let isChecking = false

  const timer = setInterval(() => {
    for (const { stream } of listeners) stream.send(keepAliveComment)
    if (!isChecking) void endInvalid()
  }, limits.listenerCheckMs).unref()

  /** Ends streams that are too old, or whose credentials are no longer valid. */
  async function endInvalid(): Promise<void> {
    isChecking = true
    try {
      for (const { identity, openedAt, stream } of [...listeners]) {
        const isOld = performance.now() - openedAt >= limits.listenerMs
        if (isOld || !(await isStillValid(identity))) stream.end()
      }
    } catch (error) {
      onError(error)
    } finally {
      isChecking = false
    }
  }

  /**
   * Answers with a stream of events.
   * @throws DomainError `too-many-listeners`, `listeners-full`; DatabaseUnavailableError
   */
  async function open(request: FastifyRequest, reply: FastifyReply, lastEventId: string | undefined): Promise<void> {
    const { identity, origin } = request
    const release = limit.acquire(identity.accountId)
    let isClosed = false
    reply.raw.once('close', () => {
      isClosed = true
    })
    // Events before the stream is open are in the history.
    let stream: EventStream | undefined
    const listening = await feed
      .listen({
        onEvents: (events) => stream?.send(texts.events(events, origin, listening.history)),
        onCounts: (counts) => stream?.send(texts.counts(counts, listening.history)),
      })
      .catch((error: unknown) => {
        release()
        throw error
      })
    // From here on everything is synchronous, so that no event is lost or repeated.
    if (isClosed) {
      listening.stop()
      release()
      reply.hijack()
      return
    }
    const listener: Listener = {
      identity,
      openedAt: performance.now(),
      stream: openEventStream(reply, {
        maxUnsentBytes: limits.listenerBytes,
        onClose: () => {
          listeners.delete(listener)
          listening.stop()
          release()
        },
      }),
    }
    listeners.add(listener)
    stream = listener.stream
    stream.send(firstEvents(listening, origin, lastEventId))
    if (request.server.drain.isOn()) stream.end()
  }

  function firstEvents({ history, latestCounts }: Listening, origin: string, lastEventId: string | undefined): Buffer {
    const now = clock.now()
    const missed = lastEventId === undefined ? [] : history.after(lastEventId, now)
    return Buffer.concat([
      Buffer.from(retryText(retryMs)),
      missed === undefined ? texts.reset(now, history) : texts.events(missed, origin, history),
      texts.counts({ ...latestCounts(), now }, history),
    ])
  }

  function endAll(): void {
    for (const { stream } of listeners) stream.end()
  }

  function close(): void {
    clearInterval(timer)
    endAll()
  }

  return { open, endAll, close }
}

export type LiveListeners = ReturnType<typeof createLiveListeners>

/** Limits the number of listeners, in total and per account. */
function createListenerLimit({ listeners: max, listenersPerAccount }: ListenerLimits) {
  const byAccount = new Map<AccountId, number>()
  let all = 0

  /** Call the returned function when the listener has ended. @throws DomainError `too-many-listeners`, `listeners-full` */
  function acquire(id: AccountId): () => void {
    const own = byAccount.get(id) ?? 0
    if (own >= listenersPerAccount) throw new DomainError('too-many-listeners', { retryAfterSeconds: 60 })
    if (all >= max) throw new DomainError('listeners-full', { retryAfterSeconds: 30 })
    all++
    byAccount.set(id, own + 1)
    return () => {
      all--
      const remaining = (byAccount.get(id) ?? 1) - 1
      if (remaining === 0) byAccount.delete(id)
      else byAccount.set(id, remaining)
    }
  }

  return { acquire }
}
