import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError } from '../shared/errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What absolute URLs begin with: scheme and authority, no slash at the end. */
    readonly origin: string
  }
  interface FastifyContextConfig {
    /** Answered without a Host too: load balancers ask by HTTP/1.0, which has none. */
    hostOptional?: boolean
  }
}

export const apiBase = '/api/v1.0'

const authority = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/

/** Refuses a request whose Host is missing (unless the route does without), doubled or malformed, and knows where links begin. */
export const links = fp(async (app, { publicUrl }: { publicUrl: string | undefined }) => {
  app.addHook('onRequest', (request, _reply, done) => {
    const fits = hasOneHost(request) || (request.routeOptions.config.hostOptional === true && hasNoHost(request))
    done(fits ? undefined : new DomainError('bad-host'))
  })
  app.decorateRequest('origin', {
    getter(this: FastifyRequest) {
      return publicUrl ?? `${this.protocol}://${this.host}`
    },
  })
})

function hasOneHost(request: FastifyRequest): boolean {
  const hosts = countHosts(request.raw)
  const single = hosts === 1 || (hosts === 0 && request.headers[':authority'] !== undefined)
  return single && isAuthority(request.host) && isAuthority(request.raw.headers.host ?? request.host)
}

/** An empty one counts as none (RFC 9112, 3.2). */
function hasNoHost({ raw }: FastifyRequest): boolean {
  return countHosts(raw) <= 1 && (raw.headers.host ?? '') === ''
}

/** As `hasOneHost`, for a request of HTTP/1.1 that no proxy has rewritten. */
export function hasOneValidHost(request: IncomingMessage): boolean {
  return countHosts(request) === 1 && isAuthority(request.headers.host ?? '')
}

function countHosts({ rawHeaders }: IncomingMessage): number {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  return hosts
}

let lastValid = ''

function isAuthority(text: string): boolean {
  if (text === lastValid) return true
  if (!authority.test(text) || !URL.canParse(`http://${text}`)) return false
  lastValid = text
  return true
}
