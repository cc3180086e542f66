import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import fp from 'fastify-plugin'
import { markHeld } from './held-requests.ts'

/** Shuts down the handling of requests, in three steps. The owner of the listener stops accepting between the second and the third. */
export interface Drain {
  isOn(): boolean
  /** Aborted at the beginning. Responses that would go on forever end then. */
  readonly signal: AbortSignal
  /** From now on, each response asks its client to close the connection. */
  begin(): void
  /** Holds new requests back. Clients that need a response before they connect again then stop connecting. */
  hold(): void
  /** Handles the requests that were held back and those in flight. Resolves when no connection is left. */
  finish(): Promise<void>
}

declare module 'fastify' {
  interface FastifyInstance {
    drain: Drain
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void
type Sessions = Set<ServerHttp2Session>

/** How long after the last accepted connection silent connections are closed. */
const silentGraceMs = 2000
/**
 * How long after the beginning idle connections are closed. A busy client sends another request in this time, and its response
 * announces the end of the connection.
 */
export const idleGraceMs = 1000
/** RFC 9113, 6.8: a GOAWAY with this stream id announces the shutdown and does not refuse any stream yet. */
const anyStream = 2 ** 31 - 1

export const drain = fp(async (app) => {
  const { server } = app
  const isSecure = 'setSecureContext' in server
  const sockets = trackOpen<Socket>(server, isSecure ? 'secureConnection' : 'connection')
  const handshakes = isSecure ? countHandshakes(server) : undefined
  const sessions: Sessions = trackOpen<ServerHttp2Session>(server, 'session')
  const held = holdRequests(server)
  const stopping = new AbortController()
  let isOn = false
  let begunAt = Number.NEGATIVE_INFINITY

  function begin(): void {
    isOn = true
    begunAt = performance.now()
    stopping.abort()
    for (const session of sessions) if (hasRequests(session)) announce(session)
    server.prependListener('stream', (stream: { session?: ServerHttp2Session }) => announce(stream.session))
  }

  async function finish(): Promise<void> {
    isOn = true
    stopping.abort()
    held.release()
    // Otherwise a connection whose last response began earlier would stay open for the next request.
    server.keepAliveTimeout = 1
    // Measured from this process's own beginning: on a busy machine, a process may learn of all steps at once.
    const idleTimer = setTimeout(closeIdle, Math.max(0, begunAt + idleGraceMs - performance.now()))
    for (const session of sessions) if (hasRequests(session)) session.close()
    server.prependListener('stream', (stream: { session?: ServerHttp2Session }) => stream.session?.close())
    const silentTimer = setTimeout(closeSilent, silentGraceMs).unref()
    await handshakes?.done()
    await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    clearTimeout(idleTimer)
    clearTimeout(silentTimer)
  }

  /** Node's own `closeIdleConnections` also closes connections that have not sent a request yet. Only idle ones have a timeout. */
  function closeIdle(): void {
    for (const socket of sockets) if (socket.timeout) socket.destroy()
  }

  function closeSilent(): void {
    handshakes?.giveUp()
    for (const session of sessions) session.close()
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }

  app.decorate('drain', { isOn: () => isOn, signal: stopping.signal, begin, hold: held.hold, finish })
  app.addHook('onSend', (request, reply, payload, done) => {
    if (isOn && request.raw.httpVersionMajor === 1) reply.header('connection', 'close')
    done(null, payload)
  })
})

function trackOpen<T extends EventEmitter>(server: EventEmitter, event: string): Set<T> {
  const all = new Set<T>()
  server.on(event, (one: T) => {
    all.add(one)
    one.once('close', () => all.delete(one))
  })
  return all
}

/** Counts handshakes by their events, because the sockets below TLS do not report their end. */
function countHandshakes(server: EventEmitter) {
  const ended = new WeakSet<object>()
  const done = Promise.withResolvers<void>()
  let open = 0
  let isAwaited = false
  // One handshake may report several failures.
  const settle = (socket: object) => {
    if (ended.has(socket)) return
    ended.add(socket)
    open--
    if (isAwaited && open === 0) done.resolve()
  }
  server.on('connection', () => open++)
  server.on('secureConnection', settle).on('tlsClientError', (_error: Error, socket: object) => settle(socket))
  return {
    giveUp: done.resolve,
    done(): Promise<void> {
      isAwaited = true
      if (open === 0) done.resolve()
      return done.promise
    },
  }
}

function holdRequests(server: EventEmitter) {
  const waiting: Parameters<Handler>[] = []
  let handlers: Handler[] = []
  const wait: Handler = (request, response) => {
    markHeld(request)
    waiting.push([request, response])
  }

  function hold(): void {
    handlers = server.listeners('request') as Handler[]
    server.removeAllListeners('request')
    server.on('request', wait)
  }

  function release(): void {
    server.removeListener('request', wait)
    for (const handler of handlers) server.on('request', handler)
    handlers = []
    for (const [request, response] of waiting.splice(0)) server.emit('request', request, response)
  }

  return { hold, release }
}

function hasRequests(session: ServerHttp2Session): boolean {
  return (session.state.lastProcStreamID ?? 0) > 0
}

const announced = new WeakSet<ServerHttp2Session>()

function announce(session: ServerHttp2Session | undefined): void {
  if (session === undefined || announced.has(session)) return
  announced.add(session)
  session.goaway(0, anyStream)
}
