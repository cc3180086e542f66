import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'

export interface StaticFile {
  readonly type: string
  readonly body: Buffer
  /** Whether the body is compressed by gzip: it is kept in this form only. */
  readonly isGzip: boolean
  readonly etag: string
}

/** What is on its way to one slow reader, at most, and encrypted for it. */
const pieceBytes = 16 * 1024

export function staticFile(type: string, content: Buffer | string, { isGzip = false } = {}): StaticFile {
  const body = typeof content === 'string' ? Buffer.from(content) : content
  const tag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`
  return { type, body, isGzip, etag: isGzip ? `W/${tag}` : tag }
}

/**
 * Sends a file that all answers share, piece by piece as its reader takes it, or 304 to whom has it. A reader that knows no gzip gets it
 * unpacked.
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

/** A proxy that packs answers calls the tag weak. */
function isKnown(tags = '', etag: string): boolean {
  const bare = etag.replace(/^W\//, '')
  return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === bare)
}
