/** All limits on connections and requests. They are the same for plain HTTP, HTTP/1.1 over TLS, and HTTP/2. */
export interface TransportLimits {
  handshakeMs: number
  /** From the start of the connection, or of the next request on it, until the headers are complete. */
  headersMs: number
  /** From a request's first byte to its last. */
  bodyMs: number
  /** How long a client may read less than the minimum rate. */
  writingMs: number
  /** The minimum rate. A phone on the slowest network reaches four times as much. */
  writingBytesPerSecond: number
  /** How long a connection without requests stays open. */
  idleMs: number
  /** Total size of the request line and all headers. */
  headerBytes: number
  /** Concurrent requests on one HTTP/2 connection. */
  streams: number
  /** How many HTTP/2 requests a client may cancel at once, and how many more each second. Each costs as much as one that it waits for. */
  resets: number
  resetsPerSecond: number
  /** In this process. */
  connections: number
  /** A whole campus may share one address. The address of a trusted proxy is not counted. */
  connectionsPerAddress: number
  checkEveryMs: number
  /** Event streams in this process. */
  listeners: number
  listenersPerAccount: number
  /** How many unsent bytes this process buffers for one event stream. */
  listenerBytes: number
  /** How often each event stream gets a comment, and its credentials are checked. */
  listenerCheckMs: number
  /** The maximum duration of an event stream, after which a lost connection is noticed at the latest. */
  listenerMs: number
}

export const transportLimits: TransportLimits = {
  handshakeMs: 3000,
  headersMs: 3000,
  bodyMs: 11_000,
  writingMs: 10_000,
  writingBytesPerSecond: 240,
  idleMs: 72_000,
  headerBytes: 16 * 1024,
  streams: 100,
  resets: 200,
  resetsPerSecond: 20,
  connections: 16_384,
  connectionsPerAddress: 12_288,
  checkEveryMs: 1000,
  listeners: 4096,
  listenersPerAccount: 8,
  listenerBytes: 64 * 1024,
  listenerCheckMs: 15_000,
  listenerMs: 3_600_000,
}
