import { constants } from 'node:http2'
import type { Socket } from 'node:net'
import fp from 'fastify-plugin'
import type { ProtocolErrors } from '../../errors/protocol-errors.ts'
import type { TransportLimits } from '../limits.ts'
import { isTrusted, type TrustProxy } from '../trusted-proxies.ts'
import { createAdmission } from './admission.ts'
import { type Connection, type OpenStream, trackConnections } from './connections.ts'
import { readingAt, unsent } from './reading-rate.ts'

export interface ConnectionLimitsOptions {
  limits: TransportLimits
  trustProxy: TrustProxy
  refusals: Pick<ProtocolErrors, 'late'>
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Hands an accepted connection to the server, or closes it if there are too many. */
    accept(socket: Socket): void
  }
}

/**
 * Enforces the limits that Node does not have: on the handshake as a whole, on the time for the body of an HTTP/2 request, on clients
 * that do not read, or too little, and on the number of connections. Node itself enforces those on HTTP/1.1 headers, bodies and idle
 * connections.
 */
export const connectionLimits = fp<ConnectionLimitsOptions>(async (app, { limits, trustProxy, refusals }) => {
  const isSecure = 'setSecureContext' in app.server
  const { open } = trackConnections(app.server, isSecure)
  const { all, mayEnter, enter } = createAdmission(limits, (address) => isTrusted(trustProxy, address))

  app.decorate('accept', (socket: Socket) => {
    // A connection that has been reset in the meantime has no address.
    if (socket.remoteAddress === undefined || !mayEnter(socket.remoteAddress)) return void socket.destroy()
    enter(open(socket))
    app.server.emit('connection', socket)
  })

  /** Who does not read is reset: otherwise the system would keep the rest of the answer for as long as the client likes. */
  function check(): void {
    const now = performance.now()
    const reading = readingAt(now, limits)
    for (const connection of all) {
      const { socket, session, http1 } = connection
      if (session === undefined && http1 === undefined) {
        if (now - connection.openedAt >= limits.handshakeMs) socket.destroy()
      } else if (!reading.isRead(connection)) socket.resetAndDestroy()
      else if (session) checkHttp2(connection, now, reading)
    }
  }

  function checkHttp2(connection: Connection, now: number, reading: ReturnType<typeof readingAt>): void {
    const { socket, session, streams, openedAt, lastStreamAt } = connection
    const patience = lastStreamAt === undefined ? limits.headersMs : limits.idleMs
    // Does not wait for the client to close it as well. Data that the system has already taken is still sent.
    if (session?.closed && streams.size === 0 && unsent(socket) === 0) return void socket.destroy()
    if (streams.size === 0 && now - (lastStreamAt ?? openedAt) >= patience) session?.close()
    watchHeaders(connection, now)
    if (now - (connection.pingedAt ?? now) >= limits.headersMs) return void socket.destroy()
    for (const one of streams) {
      if (!reading.isStreamRead(one, connection)) return void socket.resetAndDestroy()
      const { stream, openedAt } = one
      if (now - openedAt >= limits.bodyMs && !hasWholeRequest(one)) {
        if (!stream.headersSent) refusals.late(stream)
        stream.close(constants.NGHTTP2_NO_ERROR)
        // Its trailers may have begun.
        ping(connection, now)
      }
    }
  }

  let timer: NodeJS.Timeout | undefined
  app.server.once('listening', () => {
    timer = setInterval(check, limits.checkEveryMs).unref()
  })
  app.addHook('onClose', async () => clearInterval(timer))
})

/**
 * Node tells of a request when its headers are complete. Until then only this id shows that they have begun, as it does after a request
 * that was refused for its headers. The answer to a PING tells them apart: none can be sent within headers (RFC 9113, 6.10).
 */
function watchHeaders(connection: Connection, now: number): void {
  const { session, lastStreamId, lastBegunId } = connection
  const begun = session?.state.lastProcStreamID ?? 0
  if (begun <= Math.max(lastStreamId, lastBegunId)) return
  connection.lastBegunId = begun
  ping(connection, now)
}

function ping(connection: Connection, now: number): void {
  const { session } = connection
  if (session === undefined || session.destroyed) return
  connection.pingedAt ??= now
  session.ping((error) => {
    if (!error) connection.pingedAt = undefined
  })
}

function hasWholeRequest({ stream }: OpenStream): boolean {
  return stream.destroyed || stream.readableEnded || stream.state.remoteClose === 1
}
