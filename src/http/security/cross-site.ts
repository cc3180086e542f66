import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError } from '../../shared/errors.ts'

/**
 * Whether a page of another site, or of another host of ours, sent this request on behalf of its visitor. Browsers report this in
 * headers; apps and other clients send neither of them. `allowed`: the origins of CORS_ORIGINS.
 */
export function isCrossSite(request: FastifyRequest, allowed: ReadonlySet<string>): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && allowed.has(origin)) return false
  if (site === 'cross-site' || site === 'same-site') return true
  return origin !== undefined && !isOwn(origin, request)
}

function isOwn(origin: string, request: FastifyRequest): boolean {
  return origin === request.origin || origin === `${request.protocol}://${request.host}`
}

/**
 * Requires that a page of ours has sent the request. For requests that a browser sends with a cookie, and for those that
 * set one. `orNoPage` also accepts a request that does not mention a page, as apps send it.
 * @throws DomainError `cross-site`, `origin-missing`
 */
export function requireSameOrigin(request: FastifyRequest, { orNoPage = false } = {}): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (site !== undefined ? site === 'same-origin' : origin !== undefined && isOwn(origin, request)) return
  if (site !== undefined || origin !== undefined) throw new DomainError('cross-site')
  if (!orNoPage) throw new DomainError('origin-missing')
}

export function isSafe(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

const preflight = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': 'Authorization, Content-Type, Accept-Language, Idempotency-Key, If-None-Match',
  'access-control-max-age': '3600',
}
const exposed = 'Location, Retry-After, RateLimit, RateLimit-Policy, ETag, X-Request-Id, Content-Disposition'

/** Lets pages of these origins read responses (CORS), without browser credentials: they send the Authorization header themselves. */
export const cors = fp<{ allowed: ReadonlySet<string> }>(async (app, { allowed }) => {
  app.addHook('onRequest', (request, reply, done) => {
    const { origin, 'access-control-request-method': asked } = request.headers
    reply.header('vary', 'Origin')
    if (origin !== undefined && allowed.has(origin)) {
      reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', exposed)
      // Apart from these headers, the response is that of any OPTIONS request.
      if (request.method === 'OPTIONS' && asked !== undefined) reply.headers(preflight)
    }
    done()
  })
})
