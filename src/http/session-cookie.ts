import type { FastifyRequest } from 'fastify'

/**
 * A browser keeps a `__Host-` cookie for one host only, and only over HTTPS, so that no other host can plant one. Over
 * plain HTTP there is no such protection.
 */
function nameFor({ origin }: FastifyRequest): string {
  return origin.startsWith('https:') ? '__Host-session' : 'session'
}

/** 256 bits in base64url. */
const form = /^[\w-]{43}$/

/**
 * The value of the session cookie; undefined if there is none. Empty if the value cannot be one of ours, or if there are
 * several: over plain HTTP a neighbouring host may have planted one of them. (Libraries that parse cookies keep one of
 * several, and do not say so.)
 */
export function sessionValueOf(request: FastifyRequest): string | undefined {
  const { cookie } = request.headers
  if (cookie === undefined) return undefined
  const start = `${nameFor(request)}=`
  let value: string | undefined
  for (const part of cookie.split(';')) {
    const pair = part.trim()
    if (!pair.startsWith(start)) continue
    if (value !== undefined) return ''
    value = pair.slice(start.length)
  }
  return value === undefined || form.test(value) ? value : ''
}

/** The header that stores a session in the browser for `maxAge` seconds; 0 removes it. */
export function sessionCookie(request: FastifyRequest, value: string, maxAge: number): string {
  const name = nameFor(request)
  const secure = name === 'session' ? '' : '; Secure'
  return `${name}=${value}; Path=/${secure}; HttpOnly; SameSite=Strict; Max-Age=${maxAge}`
}
