import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

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

/** Gives each request the origin of its links. */
export const links = fp(async (app, { publicUrl }: { publicUrl: string | undefined }) => {
  app.decorateRequest('origin', {
    getter(this: FastifyRequest) {
      return publicUrl ?? `${this.protocol}://${this.host}`
    },
  })
})

/** Whether the request names exactly one host, in valid form: its own, and the one that a trusted proxy was asked for. */
export function hasOneHost(request: FastifyRequest): boolean {
  const hosts = countHosts(request.raw.rawHeaders)
  const single = hosts === 1 || (hosts === 0 && request.headers[':authority'] !== undefined)
  return single && isAuthority(request.host) && isAuthority(request.raw.headers.host ?? request.host)
}

/** An empty one counts as none (RFC 9112, 3.2). */
export function hasNoHost({ raw }: FastifyRequest): boolean {
  return countHosts(raw.rawHeaders) <= 1 && (raw.headers.host ?? '') === ''
}

function countHosts(rawHeaders: string[]): number {
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
