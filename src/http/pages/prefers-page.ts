import type { FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'

/** A client that accepts any type is not a browser. */
export function prefersPage({ raw }: FastifyRequest): boolean {
  return new Negotiator(raw).mediaType(['application/json', 'text/html']) === 'text/html'
}
