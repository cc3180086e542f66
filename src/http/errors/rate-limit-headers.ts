import type { FastifyReply } from 'fastify'
import type { ErrorDetails } from '../../shared/errors.ts'

/**
 * Sets the headers of the rate limit that applies to the response, in the form of draft-ietf-httpapi-ratelimit-headers-10
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/).
 */
export function setRateLimitHeaders(reply: FastifyReply, { rateLimit }: ErrorDetails): void {
  if (rateLimit === undefined) return
  const { limit, remaining, resetSeconds } = rateLimit
  const span = limit.duration === undefined ? 'qu="concurrent-requests"' : `w=${limit.duration}`
  reply
    .header('ratelimit-policy', `"${limit.name}";q=${limit.points};${span}`)
    .header('ratelimit', `"${limit.name}";r=${remaining};t=${resetSeconds}`)
}
