/** What a client may take: the same over plain HTTP, TLS with HTTP/1.1, and HTTP/2. All that bounds a connection stands here. */
export interface TransportLimits {
  handshakeMs: number
  /** From the connection, or its last answer's next request, until the headers are there. */
  headersMs: number
  /** From a request's first byte to its last. */
  bodyMs: number
  /** How long a client may read nothing of what is sent to it. */
  writingMs: number
  /** How long a connection is kept that asks for nothing. */
  idleMs: number
  /** Of the request line and all headers. */
  headerBytes: number
  /** Requests at once on one HTTP/2 connection. */
  streams: number
  /** Of this process. */
  connections: number
  /** A campus may stand behind one address; that of a trusted proxy is not counted. */
  connectionsPerAddress: number
  checkEveryMs: number
}

export const transportLimits: TransportLimits = {
  handshakeMs: 3000,
  headersMs: 3000,
  bodyMs: 11_000,
  writingMs: 10_000,
  idleMs: 72_000,
  headerBytes: 16 * 1024,
  streams: 100,
  connections: 16_384,
  connectionsPerAddress: 12_288,
  checkEveryMs: 1000,
}
