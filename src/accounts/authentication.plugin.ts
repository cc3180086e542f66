import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { offeredCredentials } from '../http/credentials.ts'
import { DomainError } from '../shared/errors.ts'
import type { AuthenticationService, Identity } from './authentication.service.ts'
import type { LastSeen } from './last-seen.service.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set on every route behind the `authentication` plugin. */
    identity: Identity
  }
}

export interface AuthenticationOptions {
  authentication: AuthenticationService
  lastSeen: LastSeen
}

/** Every route of the scope that registers this wants credentials, before anything of the body is read. */
export const authentication = fp<AuthenticationOptions>(async (app, { authentication: service, lastSeen }) => {
  app.decorateRequest('identity')
  app.addHook('onRequest', async (request) => {
    request.identity = await identify(request, service)
    lastSeen.note(request.identity.accountId)
  })
})

function identify(request: FastifyRequest, service: AuthenticationService): Promise<Identity> {
  const offered = offeredCredentials(request.headers.authorization)
  if (offered === undefined) throw new DomainError('unauthorized')
  if (offered.scheme === 'bearer') return service.byToken(offered.token)
  if (offered.password === '') return service.byToken(offered.login)
  return service.byPassword(offered.login, offered.password, request.ip)
}
