import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError, type ErrorCode, type ErrorDetails } from '../../shared/errors.ts'
import { sessionValueOf } from '../security/session-cookie.ts'
import { codeOf, errorBody } from './error-body.ts'
import { asksToWait, errorCatalogue } from './error-catalogue.ts'
import { waitSeconds } from './error-message.ts'
import { languageOf } from './language.ts'
import { setRateLimitHeaders } from './rate-limit-headers.ts'
import type { LogUnavailable } from './unavailability-log.ts'

/** One handler writes every error body, including those of the framework's errors. */
export const errors = fp<{ logUnavailable: LogUnavailable }>(async (app, { logUnavailable }) => {
  app.setErrorHandler((error, request, reply) => {
    const code = codeOf(error)
    const { id: reqId, log } = request
    if (errorCatalogue[code].status >= 500 && !(error instanceof DomainError) && !logUnavailable(error, { reqId }))
      log.error({ reqId, err: error }, 'request failed')
    if (code === 'payload-too-large') readRest(request, reply)
    sendError(request, reply, code, error instanceof DomainError ? error.details : {})
  })
})

/** Closing while the client still sends resets the connection, and the client never sees the error. The request timeout bounds this. */
function readRest(request: FastifyRequest, reply: FastifyReply): void {
  reply.removeHeader('connection')
  request.raw.resume()
}

export function sendError(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ErrorCode,
  details: ErrorDetails = {},
): void {
  const language = languageOf(request.headers['accept-language'])
  const { status } = errorCatalogue[code]
  if (status === 401) reply.header('www-authenticate', challenge(request))
  if (asksToWait(status)) reply.header('retry-after', String(waitSeconds(details)))
  for (const [name, value] of waitingHeaders(details)) reply.header(name, value)
  setRateLimitHeaders(reply, details)
  reply
    .code(status)
    .header('content-language', language)
    .header('vary', reply.hasHeader('vary') ? `${reply.getHeader('vary')}, Accept-Language` : 'Accept-Language')
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(errorBody(code, language, details))
}

/** The headers for a place in the waiting room. */
function waitingHeaders({ ahead, place }: ErrorDetails): [name: string, value: string][] {
  return [
    ...(ahead === undefined ? [] : [['waiting-ahead', String(ahead)] satisfies [string, string]]),
    ...(place === undefined ? [] : [['waiting-place', place] satisfies [string, string]]),
  ]
}

/** Uses the scheme of the client's request, or Basic if it had none. */
function challenge(request: FastifyRequest): string {
  if (isFromScript(request)) return 'Session realm="occupy"'
  const { authorization = '' } = request.headers
  return /^bearer\b/i.test(authorization) ? 'Bearer realm="occupy"' : 'Basic realm="occupy", charset="UTF-8"'
}

/** User agents of Node's `fetch`, which sends `Sec-Fetch-Mode` like a browser, but no `Sec-Fetch-Site`, and has no password dialog. */
const nodeUserAgent = /^(?:node|undici)$/

/**
 * Whether a page's script sent the request. Such a request gets an unknown scheme, because for Basic the browser would open its
 * password dialog. Without TLS, browsers send no `Sec-Fetch-Mode`; a script can set `X-Requested-With`.
 */
function isFromScript(request: FastifyRequest): boolean {
  const { 'sec-fetch-mode': mode = 'navigate', 'sec-fetch-site': site, 'x-requested-with': by } = request.headers
  if (by !== undefined || sessionValueOf(request) !== undefined) return true
  return mode !== 'navigate' && (site !== undefined || !nodeUserAgent.test(request.headers['user-agent'] ?? ''))
}
