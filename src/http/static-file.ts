import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'

export interface StaticFile {
  readonly type: string
  readonly body: Buffer
  /** Whether the body is compressed with gzip. No uncompressed copy exists. */
  readonly isGzip: boolean
  readonly etag: string
}

/** The most that is in flight to one slow reader, encrypted where it uses TLS. */
const pieceBytes = 16 * 1024

export function staticFile(type: string, content: Buffer | string, { isGzip = false } = {}): StaticFile {
  const body = typeof content === 'string' ? Buffer.from(content) : content
  const tag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`
  return { type, body, isGzip, etag: isGzip ? `W/${tag}` : tag }
}

/**
 * Sends a file that all responses share, in pieces, as fast as the client reads it; or 304 if the client has it already. For a client
 * without gzip, the file is decompressed.
 */
export function sendFile(request: FastifyRequest, reply: FastifyReply, file: StaticFile): FastifyReply {
  const { type, body, isGzip, etag } = file
  reply.header('etag', etag)
  if (isGzip) reply.header('vary', 'Accept-Encoding')
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  reply.type(type)
  if (isGzip && new Negotiator(request.raw).encoding(['gzip', 'identity']) !== 'gzip')
    return reply.send(Readable.from(pieces(body), { highWaterMark: 1 }).pipe(createGunzip()))
  if (isGzip) reply.header('content-encoding', 'gzip')
  reply.header('content-length', body.length)
  return reply.send(body.length > pieceBytes ? Readable.from(pieces(body), { highWaterMark: 1 }) : body)
}

function* pieces(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += pieceBytes) yield body.subarray(at, at + pieceBytes)
}

/** A proxy that compresses responses makes the tag a weak one. */
function isKnown(tags = '', etag: string): boolean {
  const bare = etag.replace(/^W\//, '')
  return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === bare)
}
