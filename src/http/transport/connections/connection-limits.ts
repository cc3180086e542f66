import { constants } from 'node:http2'
import type { Socket } from 'node:net'
import fp from 'fastify-plugin'
import type { ProtocolErrors } from '../../errors/protocol-errors.ts'
import type { TransportLimits } from '../limits.ts'
import { isTrusted, type TrustProxy } from '../trusted-proxies.ts'
import { createAdmission } from './admission.ts'
import { type Connection, type OpenStream, trackConnections } from './connections.ts'
import { readingRates, unsentBytes } from './reading-rate.ts'

export interface ConnectionLimitsOptions {
  limits: TransportLimits
  trustProxy: TrustProxy
  refusals: Pick<ProtocolErrors, 'onRequestTimeout'>
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Hands an accepted connection to the server, or closes it if there are too many. */
    accept(socket: Socket): void
  }
}

/**
 * Enforces the limits that Node does not have: on the whole handshake, the time for the body of an HTTP/2 request, the number of
 * connections, and clients that read too slowly. Node itself enforces the limits on HTTP/1.1 headers, bodies and idle connections.
 */
export const connectionLimits = fp<ConnectionLimitsOptions>(async (app, { limits, trustProxy, refusals }) => {
  const isSecure = 'setSecureContext' in app.server
  const { open } = trackConnections(app.server, isSecure)
  const { all, mayAccept, add } = createAdmission(limits, (address) => isTrusted(trustProxy, address))

  app.decorate('accept', (socket: Socket) => {
    // A connection that has been reset in the meantime has no address.
    if (socket.remoteAddress === undefined || !mayAccept(socket.remoteAddress)) return void socket.destroy()
    add(open(socket))
    app.server.emit('connection', socket)
  })

  /** A client that reads too slowly is reset: otherwise the system would keep the rest of the response for as long as the client likes. */
  function check(): void {
    const now = performance.now()
    const rates = readingRates(now, limits)
    for (const connection of all) {
      const { socket, session, http1 } = connection
      if (session === undefined && http1 === undefined) {
        if (now - connection.openedAt >= limits.handshakeMs) socket.destroy()
      } else if (!rates.isFastEnough(connection)) socket.resetAndDestroy()
      else if (session) checkHttp2(connection, now, rates)
    }
  }

  function checkHttp2(connection: Connection, now: number, rates: ReturnType<typeof readingRates>): void {
    const { socket, session, streams, openedAt, lastStreamAt } = connection
    const maxIdleMs = lastStreamAt === undefined ? limits.headersMs : limits.idleMs
    // Does not wait for the client to close it as well. The system still sends what it has buffered.
    if (session?.closed && streams.size === 0 && unsentBytes(socket) === 0) return void socket.destroy()
    if (streams.size === 0 && now - (lastStreamAt ?? openedAt) >= maxIdleMs) session?.close()
    watchHeaders(connection, now)
    if (now - (connection.pingedAt ?? now) >= limits.headersMs) return void socket.destroy()
    for (const one of streams) {
      if (!rates.isStreamFastEnough(one, connection)) return void socket.resetAndDestroy()
      const { stream, openedAt } = one
      if (now - openedAt >= limits.bodyMs && !hasWholeRequest(one)) {
        if (!stream.headersSent) refusals.onRequestTimeout(stream)
        stream.close(constants.NGHTTP2_NO_ERROR)
        // The client may be in the middle of sending trailers.
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
 * Limits the time for the headers of an HTTP/2 request. Node reports a request when its headers are complete. Before, only this id
 * shows that headers have begun, but it also changes for a request that was refused because of its headers. The answer to a PING
 * distinguishes the two cases, because a client cannot send it within headers (RFC 9113, 6.10).
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
