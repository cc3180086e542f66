import ipaddr from 'ipaddr.js'

const withPort = /^(?:\[([^\]]+)\]|([0-9.]+))(?::[0-9]{1,5})?$/

/**
 * The network by which limits count an address. For IPv6 these are the first 64 bits, because a client can choose its
 * address within them. Some proxies add the client's port, which differs from connection to connection.
 */
export function networkOf(forwarded: string): string {
  const address = withPort.exec(forwarded)?.slice(1).find(Boolean) ?? forwarded
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (!('parts' in parsed)) return parsed.toString()
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16))
  return `${network.join(':')}::/64`
}
