import type { EventEmitter } from 'node:events'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'

/** One HTTP/2 request, until its stream closes. */
export interface OpenStream {
  readonly stream: ServerHttp2Stream
  readonly openedAt: number
  unsent: number
  /** The bytes that the client has read since `progressAt`: when it had last read enough, or there was nothing to read. */
  read: number
  progressAt: number
}

export interface Connection {
  /** The accepted socket, below TLS. */
  readonly socket: Socket
  /** When the connection was accepted, or when its TLS handshake ended. */
  openedAt: number
  /** The socket that carries HTTP/1.1: the accepted socket, or TLS on top of it. */
  http1: Socket | undefined
  session: ServerHttp2Session | undefined
  readonly streams: Set<OpenStream>
  lastStreamAt: number | undefined
  /** The id of the latest request with complete headers. */
  lastStreamId: number
  /** The id of the latest request that was seen with incomplete headers. */
  lastBegunId: number
  /** When the PING was sent that the client has not answered yet. */
  pingedAt: number | undefined
  /** How many bytes had been written when all were last seen to be acknowledged. */
  allAcknowledgedAt: number
  /** The bytes that the client had acknowledged at `progressAt`, or fewer. Undefined while there is nothing to send. */
  acknowledged: number | undefined
  /** When the client had last read enough. */
  progressAt: number
}

/** Tracks the open connections of all three modes: plain HTTP/1.1, HTTP/1.1 over TLS, HTTP/2. */
export function trackConnections(server: EventEmitter, isSecure: boolean) {
  const handshaking = new Map<string, Connection>()
  const bySession = new WeakMap<ServerHttp2Session, Connection>()

  function open(socket: Socket): Connection {
    const now = performance.now()
    const connection: Connection = {
      ...{ socket, openedAt: now, http1: isSecure ? undefined : socket, session: undefined, streams: new Set() },
      ...{ lastStreamAt: undefined, lastStreamId: 0, lastBegunId: 0, pingedAt: undefined },
      ...{ allAcknowledgedAt: 0, acknowledged: undefined, progressAt: now },
    }
    if (isSecure) {
      const peer = peerOf(socket)
      handshaking.set(peer, connection)
      socket.once('close', () => {
        if (handshaking.get(peer) === connection) handshaking.delete(peer)
      })
    }
    return connection
  }

  server.on('session', (session: ServerHttp2Session) => {
    const connection = handshaking.get(peerOf(session.socket))
    if (connection === undefined) return
    connection.session = session
    bySession.set(session, connection)
  })
  server.on('secureConnection', (socket: Socket) => {
    const connection = handshaking.get(peerOf(socket))
    if (connection === undefined) return
    handshaking.delete(peerOf(socket))
    connection.openedAt = performance.now()
    if (connection.session === undefined) connection.http1 = socket
  })
  server.on('stream', (stream: ServerHttp2Stream) => {
    const connection = stream.session && bySession.get(stream.session as ServerHttp2Session)
    if (connection === undefined) return
    const now = performance.now()
    const one: OpenStream = { stream, openedAt: now, unsent: 0, read: 0, progressAt: now }
    connection.streams.add(one)
    connection.lastStreamAt = now
    connection.lastStreamId = stream.id ?? 0
    stream.on('drain', () => {
      one.progressAt = performance.now()
    })
    stream.once('close', () => {
      connection.streams.delete(one)
      connection.lastStreamAt = performance.now()
    })
  })
  return { open }
}

/** Whether no request is in progress. Node gives a connection a timeout only while it is kept for the next request. */
export function isIdle({ http1, session, streams }: Connection): boolean {
  if (session) return streams.size === 0
  return http1 !== undefined && ((http1.timeout ?? 0) > 0 || http1.bytesRead === 0) && http1.writableLength === 0
}

/** A TLS socket does not expose the socket below it. Both have the same remote address and port. */
function peerOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`
}
