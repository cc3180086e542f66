import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { promisify } from 'node:util'
import { patience } from '../support/patience.ts'
import { parsed, type Reply } from './client.ts'

const PATIENCE_MS = patience(10_000)

/**
 * Returns the server's response to these bytes, which need not be HTTP at all. The pieces are sent one after the other, until
 * the response starts: a server that refuses a body need not read all of it.
 */
export async function exchange(baseUrl: string, pieces: Iterable<string | Uint8Array>): Promise<Reply> {
  const socket = open(new URL(baseUrl))
  const answer = received(socket)
  try {
    await once(socket, baseUrl.startsWith('https:') ? 'secureConnect' : 'connect')
    for (const piece of pieces) {
      if (socket.bytesRead > 0 || !socket.writable) break
      if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), answer])
      await setImmediate()
    }
    return parseReply(await answer)
  } finally {
    socket.destroy()
  }
}

/** The same for a client that sends everything before it reads: a connection that closes earlier is an error. */
export async function exchangeAfterSending(baseUrl: string, bytes: string): Promise<Reply> {
  const socket = open(new URL(baseUrl))
  try {
    await promisify<string, void>(socket.write.bind(socket))(bytes)
    return parseReply(await received(socket))
  } finally {
    socket.destroy()
  }
}

/** The responses to requests sent in one piece on one connection, in their order. */
export async function exchangePipelined(baseUrl: string, requests: readonly string[]): Promise<Reply[]> {
  const socket = open(new URL(baseUrl))
  try {
    socket.write(requests.join(''))
    const replies: Reply[] = []
    let rest = Buffer.alloc(0)
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`${replies.length} responses in ${PATIENCE_MS} ms`)))
    for await (const chunk of socket) {
      rest = Buffer.concat([rest, chunk])
      while (isWhole(rest)) {
        replies.push(parseReply(rest))
        rest = rest.subarray(wholeLength(rest))
      }
      if (replies.length >= requests.length) break
    }
    return replies
  } finally {
    socket.destroy()
  }
}

/** Every way to send no body: the header lines, and what follows them. */
export const emptyBodies: readonly (readonly [lines: string[], body: string])[] = [
  [[], ''],
  [['Content-Length: 0'], ''],
  [['Transfer-Encoding: chunked'], '0\r\n\r\n'],
]

/** What some clients send as the content type, with or without a body. */
export const malformedTypes = [
  'json',
  'undefined',
  'null',
  '',
  'application/json, application/json',
  'a b/c;d',
  '/json',
]

/** A request as text: the given header lines, separated by CRLF, then the body. */
export function request(lines: readonly string[], body = ''): string[] {
  return [`${lines.join('\r\n')}\r\n\r\n${body}`]
}

function open(url: URL): Socket {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return url.protocol === 'https:' ? connectTls({ host, port, servername: host }) : connectPlain({ host, port })
}

function received(socket: Socket): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  let bytes = Buffer.alloc(0)
  socket.setTimeout(PATIENCE_MS, () => reject(new Error(`no complete response in ${PATIENCE_MS} ms: ${bytes}`)))
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    if (isWhole(bytes)) resolve(bytes)
  })
  // If the connection is reset after the response, while the body is still being sent, the response counts.
  socket.on('error', (error) => (bytes.length > 0 ? resolve(bytes) : reject(error)))
  socket.on('close', () => resolve(bytes))
  promise.catch(() => {})
  return promise
}

function isWhole(bytes: Buffer): boolean {
  const { headers, content } = split(bytes)
  if (content === undefined) return false
  if (isChunked(headers)) return content.toString('latin1').endsWith('0\r\n\r\n')
  const length = headers.get('content-length')
  return length !== null && content.length >= Number(length)
}

/** The length of the first response, from its headers: chunked responses are not pipelined. */
function wholeLength(bytes: Buffer): number {
  return bytes.indexOf('\r\n\r\n') + 4 + Number(split(bytes).headers.get('content-length'))
}

/** The first of the responses in these bytes. */
export function parseReply(bytes: Buffer): Reply {
  const { status, headers, content: after = Buffer.alloc(0) } = split(bytes)
  const length = headers.get('content-length')
  const content = length === null ? after : after.subarray(0, Number(length))
  const text = (isChunked(headers) ? joinChunks(content) : content).toString('utf8')
  return { status, headers, text, body: parsed(text) }
}

function split(bytes: Buffer): { status: number; headers: Headers; content?: Buffer } {
  const end = bytes.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = bytes
    .subarray(0, end === -1 ? 0 : end)
    .toString('latin1')
    .split('\r\n')
  const headers = new Headers()
  for (const line of lines) headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim())
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1] ?? 0)
  return end === -1 ? { status, headers } : { status, headers, content: bytes.subarray(end + 4) }
}

function isChunked(headers: Headers): boolean {
  return headers.get('transfer-encoding')?.toLowerCase() === 'chunked'
}

function joinChunks(content: Buffer): Buffer {
  const chunks: Buffer[] = []
  for (let rest = content; rest.length > 0; ) {
    const lineEnd = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.subarray(0, lineEnd).toString('latin1'), 16)
    if (!(size > 0)) break
    chunks.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size))
    rest = rest.subarray(lineEnd + 2 + size + 2)
  }
  return Buffer.concat(chunks)
}
