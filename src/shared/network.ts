import ipaddr from 'ipaddr.js'

/**
 * The network by which limits count an address. For IPv6 these are the first 64 bits, because a client can choose its
 * address within them.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (!('parts' in parsed)) return parsed.toString()
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16))
  return `${network.join(':')}::/64`
}
