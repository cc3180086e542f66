import { createHash } from 'node:crypto'
import { createGunzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'

/** A file that is served from memory. */
export interface StaticFile {
  type: string
  body: Buffer
  /** Whether the body is compressed by gzip: it is kept in this form only. */
  isGzip: boolean
  etag: string
}

export function staticFile(type: string, content: string | Buffer, { isGzip = false } = {}): StaticFile {
  const body = Buffer.from(content)
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  return { type, body, isGzip, etag: `W/"${digest}"` }
}

/** 304 where the client has it. Without gzip, the client gets it unpacked. */
export function sendFile(request: FastifyRequest, reply: FastifyReply, { type, body, isGzip, etag }: StaticFile) {
  reply.headers({ etag, 'cache-control': 'no-cache', ...(isGzip && { vary: 'Accept-Encoding' }) })
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim())
  if (known?.some((tag) => tag === etag || tag === '*')) return reply.code(304).send()
  reply.type(type)
  if (!isGzip) return reply.send(body)
  if (new Negotiator(request.raw).encoding(['gzip', 'identity']) === 'gzip')
    return reply.header('content-encoding', 'gzip').send(body)
  const unpacked = createGunzip()
  unpacked.end(body)
  return reply.send(unpacked)
}
