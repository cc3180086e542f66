export type Offered =
  | { scheme: 'basic'; login: string; password: string }
  | { scheme: 'bearer'; token: string }
  | undefined

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The credentials in an Authorization header (RFC 7617 with UTF-8, RFC 6750); undefined if it is missing or malformed. */
export function offeredCredentials(authorization: string | undefined): Offered {
  const parts = /^(basic|bearer) +([A-Za-z0-9+/._~-]+=*) *$/i.exec(authorization ?? '')
  if (parts?.[2] === undefined) return undefined
  if (parts[1]?.toLowerCase() === 'bearer') return { scheme: 'bearer', token: parts[2] }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(parts[2])) return undefined
  return splitPair(parts[2])
}

function splitPair(base64: string): Offered {
  let pair: string
  try {
    pair = strictUtf8.decode(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
  const colon = pair.indexOf(':')
  return colon < 0 ? undefined : { scheme: 'basic', login: pair.slice(0, colon), password: pair.slice(colon + 1) }
}
