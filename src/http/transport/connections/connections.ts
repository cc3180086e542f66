import type { EventEmitter } from 'node:events'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'

/** One HTTP/2 request, until its stream closes. */
export interface OpenStream {
  readonly stream: ServerHttp2Stream
  readonly openedAt: number
  unsent: number
  /** How many bytes the client has taken since `movedAt`: when it last took enough of them, or there was nothing to take. */
  taken: number
  movedAt: number
}

export interface Connection {
  /** The accepted socket, below TLS. */
  readonly socket: Socket
  /** When the connection was accepted; after a TLS handshake, when the handshake ended. */
  openedAt: number
  /** What carries HTTP/1.1: the socket itself, or TLS on top of it. */
  http1: Socket | undefined
  session: ServerHttp2Session | undefined
  readonly streams: Set<OpenStream>
  lastStreamAt: number | undefined
  /** Of the last request whose headers were complete. */
  lastStreamId: number
  /** Of the last request whose headers were seen to be incomplete, and since when its client owes the answer to a PING. */
  lastBegunId: number
  pingedAt: number | undefined
  /** How many bytes the client had at `movedAt`: when it last took enough of them. Undefined while it is not waited for. */
  acknowledged: number | undefined
  movedAt: number
}

/** Tracks the open connections of all three modes: plain HTTP/1.1, HTTP/1.1 over TLS, HTTP/2. */
export function trackConnections(server: EventEmitter, isSecure: boolean) {
  const shaking = new Map<string, Connection>()
  const bySession = new WeakMap<ServerHttp2Session, Connection>()

  function open(socket: Socket): Connection {
    const now = performance.now()
    const connection: Connection = {
      ...{ socket, openedAt: now, http1: isSecure ? undefined : socket, session: undefined, streams: new Set() },
      ...{ lastStreamAt: undefined, lastStreamId: 0, lastBegunId: 0, pingedAt: undefined },
      ...{ acknowledged: undefined, movedAt: now },
    }
    if (isSecure) {
      const peer = peerOf(socket)
      shaking.set(peer, connection)
      socket.once('close', () => {
        if (shaking.get(peer) === connection) shaking.delete(peer)
      })
    }
    return connection
  }

  server.on('session', (session: ServerHttp2Session) => {
    const connection = shaking.get(peerOf(session.socket))
    if (connection === undefined) return
    connection.session = session
    bySession.set(session, connection)
  })
  server.on('secureConnection', (socket: Socket) => {
    const connection = shaking.get(peerOf(socket))
    if (connection === undefined) return
    shaking.delete(peerOf(socket))
    connection.openedAt = performance.now()
    if (connection.session === undefined) connection.http1 = socket
  })
  server.on('stream', (stream: ServerHttp2Stream) => {
    const connection = stream.session && bySession.get(stream.session as ServerHttp2Session)
    if (connection === undefined) return
    const now = performance.now()
    const one: OpenStream = { stream, openedAt: now, unsent: 0, taken: 0, movedAt: now }
    connection.streams.add(one)
    connection.lastStreamAt = now
    connection.lastStreamId = stream.id ?? 0
    stream.on('drain', () => {
      one.movedAt = performance.now()
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
