import type { FastifyRequest } from 'fastify'
import { isTrusted, type TrustProxy } from '../transport/trusted-proxies.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Load balancers probe with HTTP/1.0, which has no Host: `optional` accepts a missing one, `any` accepts every valid name as well. */
    host?: 'optional' | 'any'
  }
}

const authority = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/
/** The longest DNS name, a colon and a port of up to five digits have 259 characters. */
const maxHostChars = 261
const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

export interface HostRules {
  publicUrl: string | undefined
  trustProxy: TrustProxy
}

/**
 * Whether a request names exactly one valid host that is ours: loopback, the host of PUBLIC_URL or, if that is not set, the host that
 * a trusted proxy was asked for. All other names are rejected, so that a page cannot reach the service by binding its own name to the
 * service's address (DNS rebinding).
 */
export function createHostCheck({ publicUrl, trustProxy }: HostRules): (request: FastifyRequest) => boolean {
  const publicName = publicUrl === undefined ? undefined : new URL(publicUrl).hostname
  let lastOurs = ''

  function isOurs(host: string, { socket }: FastifyRequest): boolean {
    if (host === lastOurs) return true
    const name = nameIn(host)
    if (name === undefined) return false
    if (name !== publicName && !loopback.test(name))
      return publicUrl === undefined && isTrusted(trustProxy, socket.remoteAddress)
    lastOurs = host
    return true
  }

  return (request) => {
    const { host } = request
    const named = nameOnce(request)
    if (named === undefined) return false
    if (named !== '' && isOurs(host, request)) return named === host || nameIn(named) !== undefined
    // Looked up last: it costs more than the other checks.
    const required = request.routeOptions.config.host
    if (named === '') return required !== undefined
    return required === 'any' && nameIn(host) !== undefined && nameIn(named) !== undefined
  }
}

/** The host that the request itself names. Empty if it is missing or empty (RFC 9112, 3.2), undefined if there are two. */
function nameOnce({ raw }: FastifyRequest): string | undefined {
  const { host, ':authority': target } = raw.headers as { host?: string; ':authority'?: string }
  if (countHosts(raw.rawHeaders) > 1) return undefined
  if (target !== undefined && host !== undefined && target.toLowerCase() !== host.toLowerCase()) return undefined
  return host ?? target ?? ''
}

function countHosts(rawHeaders: string[]): number {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  return hosts
}

/** The host name in the form of a URL; undefined if it is not a valid host. */
function nameIn(host: string): string | undefined {
  if (host.length > maxHostChars || !authority.test(host)) return undefined
  return URL.parse(`http://${host}`)?.hostname
}
