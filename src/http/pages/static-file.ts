import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { once } from '../../shared/once.ts'

export interface StaticFile {
  readonly type: string
  readonly body: Buffer
  /** Whether the body is compressed with gzip. */
  readonly isGzip: boolean
  /** The body without compression. Cached after the first use, because decompressing costs far more than sending. */
  readonly plain: () => Buffer
  /** The same content, compressed with Brotli. */
  readonly brotli: Buffer | undefined
  readonly etag: string
}

export interface Compression {
  isGzip?: boolean
  brotli?: Buffer | undefined
}

type Encoding = 'br' | 'gzip' | 'identity'

/** The maximum number of bytes in flight to one slow client. */
const pieceBytes = 16 * 1024

/**
 * The limit for all clients together in one turn of the event loop. Node accepts one connection per turn, so long turns make new
 * connections wait: on loopback the system accepts 4 MB for one client at once.
 */
const piecesPerTurn = 32

export function staticFile(
  type: string,
  content: Buffer | string,
  { isGzip = false, brotli }: Compression = {},
): StaticFile {
  const body = typeof content === 'string' ? Buffer.from(content) : content
  const tag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`
  const plain = once(() => (isGzip ? gunzipSync(body) : body))
  return { type, body, isGzip, plain, brotli, etag: isGzip ? `W/${tag}` : tag }
}

/**
 * Sends a file that all responses share, in pieces, as fast as the client reads it; or 304 if the client has it already.
 */
export function sendFile(request: FastifyRequest, reply: FastifyReply, file: StaticFile): FastifyReply {
  const { type, isGzip, etag } = file
  reply.header('etag', etag)
  if (isGzip) addVary(reply, 'Accept-Encoding')
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  reply.type(type)
  const encoding = encodingFor(request, file)
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  const body = bodyIn(encoding, file)
  reply.header('content-length', body.length)
  return reply.send(body.length > pieceBytes ? inPieces(body) : body)
}

function bodyIn(encoding: Encoding, { body, plain, brotli = body }: StaticFile): Buffer {
  if (encoding === 'identity') return plain()
  return encoding === 'br' ? brotli : body
}

/** Returns the smallest form that the client accepts. */
function encodingFor({ raw }: FastifyRequest, { isGzip, brotli }: StaticFile): Encoding {
  if (!isGzip) return 'identity'
  const offered: Encoding[] = brotli ? ['br', 'gzip', 'identity'] : ['gzip', 'identity']
  const accepted = new Negotiator(raw).encodings(offered)
  return offered.find((encoding) => accepted.includes(encoding)) ?? 'identity'
}

function addVary(reply: FastifyReply, name: string): void {
  reply.header('vary', reply.hasHeader('vary') ? `${reply.getHeader('vary')}, ${name}` : name)
}

/** `Readable.from` with a generator takes two to four times as much processor time. */
function inPieces(body: Buffer): Readable {
  let at = 0
  function push(stream: Readable): void {
    const piece = body.subarray(at, at + pieceBytes)
    at += pieceBytes
    stream.push(piece.length > 0 ? piece : null)
  }
  return new Readable({
    highWaterMark: 1,
    read() {
      inTurn(() => push(this))
    },
  })
}

const waiting: (() => void)[] = []
let remainingInTurn = piecesPerTurn

/** Sends in this turn of the event loop, or in a later one if this one has sent enough. */
function inTurn(send: () => void): void {
  if (remainingInTurn === piecesPerTurn) setImmediate(nextTurn)
  if (remainingInTurn === 0) return void waiting.push(send)
  remainingInTurn -= 1
  send()
}

function nextTurn(): void {
  const due = waiting.splice(0, piecesPerTurn)
  remainingInTurn = piecesPerTurn - due.length
  if (due.length > 0) setImmediate(nextTurn)
  for (const send of due) send()
}

/** A proxy that compresses responses makes the tag a weak one. */
function isKnown(tags = '', etag: string): boolean {
  const bare = etag.replace(/^W\//, '')
  return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === bare)
}
