import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { offeredCredentials } from '../http/credentials.ts'
import { DomainError } from '../shared/errors.ts'
import type { AuthenticationService } from './authentication.service.ts'
import type { LastSeen } from './last-seen.service.ts'
import type { Identity, Verified } from './remembered-credentials.ts'

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

async function identify(request: FastifyRequest, service: AuthenticationService): Promise<Identity> {
  const { authorization } = request.headers
  if (authorization === undefined) throw new DomainError('credentials-missing')
  const known = await service.recall(authorization)
  if (known) return known
  const verified = await verify(authorization, request.ip, service)
  service.remember(authorization, verified)
  return verified
}

function verify(authorization: string, address: string, service: AuthenticationService): Promise<Verified> {
  const offered = offeredCredentials(authorization)
  if (offered === undefined)
    throw new DomainError(isEmpty(authorization) ? 'credentials-missing' : 'credentials-unreadable')
  if (offered.scheme === 'bearer') return service.byToken(offered.token)
  if (offered.login === '' && offered.password === '') throw new DomainError('credentials-missing')
  if (offered.password === '') return service.byToken(offered.login)
  return service.byPassword(offered.login, offered.password, address)
}

/** Nothing, or a scheme alone: what clients send whose user has not signed in. */
function isEmpty(authorization: string): boolean {
  return /^\s*(?:basic|bearer)?\s*$/i.test(authorization)
}
