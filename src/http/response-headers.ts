import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError } from '../shared/errors.ts'
import { hasNoHost, hasOneHost } from './links.ts'

const year = 31_536_000

/** Sets the headers of every answer, then refuses a request whose Host is missing (unless the route does without), doubled or malformed. */
export const responseHeaders = fp(async (app, { https }: { https: boolean }) => {
  const transportSecurity = https ? `max-age=${year}` : undefined
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    if (!hasOneHost(request) && !mayLackHost(request)) return done(new DomainError('bad-host'))
    reply.header('x-content-type-options', 'nosniff')
    if (transportSecurity !== undefined) reply.header('strict-transport-security', transportSecurity)
    done()
  })
})

function mayLackHost(request: FastifyRequest): boolean {
  return request.routeOptions.config.hostOptional === true && hasNoHost(request)
}

/** Nobody but the client may store the answers of this scope. */
export const privateAnswers = fp(async (app) => {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store')
    done()
  })
})
