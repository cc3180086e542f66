import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { LastSeen } from '../accounts/last-seen.service.ts'
import { isSafe, requireSameOrigin } from '../http/security/cross-site.ts'
import { sessionValueOf } from '../http/security/session-cookie.ts'
import { wasHeld } from '../http/transport/held-requests.ts'
import { DomainError } from '../shared/errors.ts'
import type { MaybePromise } from '../shared/maybe-promise.ts'
import type { AuthenticationService } from './authentication.service.ts'
import { offeredCredentials } from './authorization-header.ts'
import type { Identity, Verified } from './credential-cache.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's identity; set on every route that the `authentication` plugin protects. */
    identity: Identity
  }
}

export interface AuthenticationOptions {
  authentication: AuthenticationService
  lastSeen: LastSeen
  /** Opens the read snapshot that requests that arrive together share, if the database has one. */
  readTogether: (() => void) | undefined
}

/** Requires credentials on every route of the scope that registers it, before any of the body is read. */
export const authentication = fp<AuthenticationOptions>(async (app, options) => {
  const { authentication: service, lastSeen, readTogether } = options
  app.decorateRequest('identity')

  function accept(request: FastifyRequest, identity: Identity): void {
    request.identity = identity
    lastSeen.note(identity.accountId)
  }

  // Avoids a promise if the cache returns synchronously, as it does for nearly every request.
  app.addHook('onRequest', (request, _reply, done) => {
    const offered = request.headers.authorization ?? offeredSession(request)
    if (!wasHeld(request.raw)) readTogether?.()
    const known = service.recall(offered)
    if (known === undefined || known instanceof Promise) {
      identify(known, offered, request.ip, service)
        .then((identity) => accept(request, identity))
        .then(() => done(), done)
      return
    }
    accept(request, known)
    done()
  })
})

/** Distinguishes a session from an `Authorization` header, which cannot contain a line break. */
const sessionMark = 'session\n'

/** A browser adds these credentials by itself, so changes are accepted only from a page of ours. */
function offeredSession(request: FastifyRequest): string {
  const value = sessionValueOf(request)
  if (value === undefined) throw new DomainError('credentials-missing')
  if (!isSafe(request.method)) requireSameOrigin(request)
  if (value === '') throw new DomainError('session-ended')
  return sessionMark + value
}

async function identify(
  recalled: MaybePromise<Identity | undefined>,
  offered: string,
  address: string,
  service: AuthenticationService,
): Promise<Identity> {
  const known = await recalled
  if (known) return known
  const verified = await verify(offered, address, service)
  service.remember(offered, verified)
  return verified
}

function verify(text: string, address: string, service: AuthenticationService): Promise<Verified> {
  if (text.startsWith(sessionMark)) return service.bySession(text.slice(sessionMark.length))
  const offered = offeredCredentials(text)
  if (offered === undefined) throw new DomainError(isEmpty(text) ? 'credentials-missing' : 'credentials-unreadable')
  if (offered.scheme === 'bearer') return service.byToken(offered.token)
  if (offered.login === '' && offered.password === '') throw new DomainError('credentials-missing')
  if (offered.password === '') return service.byToken(offered.login)
  return service.byPassword(offered.login, offered.password, address)
}

/** Whether the header is empty or contains only a scheme, as clients send it before their user has signed in. */
function isEmpty(authorization: string): boolean {
  return /^\s*(?:basic|bearer)?\s*$/i.test(authorization)
}
