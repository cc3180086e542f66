import ipaddr from 'ipaddr.js'

/** Whose address it is, as far as limits go: of IPv6 the 64 bits of a network, within which a client can choose its address. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (!('parts' in parsed)) return parsed.toString()
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16))
  return `${network.join(':')}::/64`
}
