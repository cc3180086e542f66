import type { FastifyRequest } from 'fastify'
import { isTrusted, type TrustProxy } from './transport/trusted-proxies.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Load balancers ask by HTTP/1.0, which has no Host: `optional` does without, `any` takes any name besides. */
    host?: 'optional' | 'any'
  }
}

const authority = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/
/** The longest name of the DNS, a colon, and a port of up to five digits are 259. */
const longest = 261
const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

export interface HostRules {
  publicUrl: string | undefined
  trustProxy: TrustProxy
}

/**
 * Whether a request names exactly one host, in valid form, that is ours: loopback, PUBLIC_URL's, or where that is not set, what a trusted
 * proxy was asked for. No other name may lead here: a page that has bound its own to our address (DNS rebinding) is turned away.
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
    // Looked up only now: it costs more than the rest.
    const wanted = request.routeOptions.config.host
    if (named === '') return wanted !== undefined
    return wanted === 'any' && nameIn(host) !== undefined && nameIn(named) !== undefined
  }
}

/** The host in the request itself; empty where there is none, which an empty one counts as (RFC 9112, 3.2), undefined for two. */
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

/** As URLs have it; undefined for what is no host. */
function nameIn(host: string): string | undefined {
  if (host.length > longest || !authority.test(host)) return undefined
  return URL.parse(`http://${host}`)?.hostname
}
