import fp from 'fastify-plugin'
import { DomainError } from '../../shared/errors.ts'
import { isCrossSite, isSafe } from './cross-site.ts'
import { createHostCheck, type HostRules } from './hosts.ts'
import type { HeaderSet } from './security-headers.ts'

export interface ResponseHeadersOptions extends HostRules {
  /** Headers of every response. HTTP/1.1 responses already begin with them. */
  headers: HeaderSet
  /** Origins whose pages may send requests that change something. */
  allowed: ReadonlySet<string>
  headerBytes: number
}

/** Sets the headers of every response. Then rejects requests for another host, and requests that a page of another site sent. */
export const responseHeaders = fp<ResponseHeadersOptions>(async (app, { headers, allowed, headerBytes, ...rules }) => {
  const isForUs = createHostCheck(rules)
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    if (request.raw.httpVersionMajor === 2) {
      reply.headers(headers)
      if (lengthOf(request.raw.rawHeaders) > headerBytes) return done(new DomainError('headers-too-large'))
    }
    if (!isForUs(request)) return done(new DomainError('bad-host'))
    const { 'x-forwarded-proto': forwarded } = request.headers
    if (forwarded !== undefined && !/^https?$/.test(request.protocol)) return done(new DomainError('bad-request'))
    if (!isSafe(request.method) && isCrossSite(request, allowed)) return done(new DomainError('cross-site'))
    done()
  })
})

/** Node enforces its HTTP/2 limit only once the client has acknowledged it. */
function lengthOf(rawHeaders: string[]): number {
  let length = 0
  for (const text of rawHeaders) length += text.length
  return length
}

/** Responses of this scope may be stored by the client only. */
export const privateAnswers = fp(async (app) => {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store')
    done()
  })
})
