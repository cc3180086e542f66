import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'

export interface StaticFile {
  readonly type: string
  readonly body: Buffer
  readonly etag: string
}

/** What is on its way to one slow reader, at most, and encrypted for it. */
const pieceBytes = 16 * 1024

export function staticFile(type: string, content: Buffer | string): StaticFile {
  const body = typeof content === 'string' ? Buffer.from(content) : content
  return { type, body, etag: `"${hash('sha256', body, 'base64url').slice(0, 22)}"` }
}

/** Sends a file that all answers share, piece by piece as its reader takes it, or 304 to whom has it. */
export function sendFile(request: FastifyRequest, reply: FastifyReply, { type, body, etag }: StaticFile): FastifyReply {
  reply.header('etag', etag)
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  reply.type(type).header('content-length', body.length)
  return reply.send(body.length > pieceBytes ? Readable.from(pieces(body), { highWaterMark: 1 }) : body)
}

function* pieces(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += pieceBytes) yield body.subarray(at, at + pieceBytes)
}

/** A proxy that packs answers calls the tag weak. */
function isKnown(tags = '', etag: string): boolean {
  return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
}
