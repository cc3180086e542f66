import type { EventEmitter } from 'node:events'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'

/** One HTTP/2 request, until its stream is closed. */
export interface OpenStream {
  readonly stream: ServerHttp2Stream
  readonly openedAt: number
  unsent: number
  /** When its client last took something of the answer, or nothing was to be taken. */
  movedAt: number
}

export interface Connection {
  /** As it was accepted, below TLS. */
  readonly socket: Socket
  /** When it was accepted; from then on, when its handshake was over. */
  openedAt: number
  /** What HTTP/1.1 is spoken on: the socket itself, or TLS on it. */
  http1: Socket | undefined
  session: ServerHttp2Session | undefined
  readonly streams: Set<OpenStream>
  lastStreamAt: number | undefined
  /** Bytes that the system has taken, and since when no more. */
  sent: number
  movedAt: number
}

/** What is open, whichever of the three modes it speaks: plain HTTP/1.1, HTTP/1.1 over TLS, HTTP/2. */
export function trackConnections(server: EventEmitter, isSecure: boolean) {
  const shaking = new Map<string, Connection>()
  const bySession = new WeakMap<ServerHttp2Session, Connection>()

  function open(socket: Socket): Connection {
    const now = performance.now()
    const connection: Connection = {
      ...{ socket, openedAt: now, http1: isSecure ? undefined : socket, session: undefined, streams: new Set() },
      ...{ lastStreamAt: undefined, sent: 0, movedAt: now },
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
    const one: OpenStream = { stream, openedAt: now, unsent: 0, movedAt: now }
    connection.streams.add(one)
    connection.lastStreamAt = now
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

/** Whether nothing is asked on it at the moment. Node gives a connection a timeout only while it is kept for the next request. */
export function isIdle({ http1, session, streams }: Connection): boolean {
  if (session) return streams.size === 0
  return http1 !== undefined && ((http1.timeout ?? 0) > 0 || http1.bytesRead === 0) && http1.writableLength === 0
}

/** TLS hides which socket it stands on. */
function peerOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`
}
