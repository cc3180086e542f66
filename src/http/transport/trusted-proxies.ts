import proxyAddr from '@fastify/proxy-addr'

/** Returns whether to trust the `X-Forwarded-*` headers of an address. `false` trusts none. */
export type TrustProxy = false | ((address: string, hops: number) => boolean)

export function trustProxies(addresses: string[]): TrustProxy {
  return addresses.length > 0 ? proxyAddr.compile(addresses) : false
}

export function isTrusted(trust: TrustProxy, address: string | undefined): boolean {
  return trust !== false && address !== undefined && trust(address, 0)
}
