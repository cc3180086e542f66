import type { FastifyRequest } from 'fastify'

/** A cookie that the browser sends only to this host. */
export interface HostCookie {
  /** Without the prefix. */
  name: string
  /** Matches every value that the service issues. */
  form: RegExp
  sameSite: 'Strict' | 'Lax'
}

/**
 * A browser keeps a `__Host-` cookie for one host only, and only over HTTPS and with `Path=/`, so that no other host can
 * plant one. Over plain HTTP there is no such protection.
 */
function nameFor({ origin }: FastifyRequest, { name }: HostCookie): string {
  return origin.startsWith('https:') ? `__Host-${name}` : name
}

/**
 * The cookie's value; undefined if there is none. Empty if the service cannot have issued it, or if there are several
 * values: over plain HTTP, another host of the domain may have planted one of them. (Libraries that parse cookies
 * silently keep one of several.)
 */
export function cookieValueOf(request: FastifyRequest, cookie: HostCookie): string | undefined {
  const { cookie: sent } = request.headers
  if (sent === undefined) return undefined
  const start = `${nameFor(request, cookie)}=`
  let value: string | undefined
  for (const part of sent.split(';')) {
    const pair = part.trim()
    if (!pair.startsWith(start)) continue
    if (value !== undefined) return ''
    value = pair.slice(start.length)
  }
  return value === undefined || cookie.form.test(value) ? value : ''
}

/** The header that stores the cookie in the browser for `maxAge` seconds; 0 removes it. */
export function setCookie(request: FastifyRequest, cookie: HostCookie, value: string, maxAge: number): string {
  const name = nameFor(request, cookie)
  const secure = name === cookie.name ? '' : '; Secure'
  return `${name}=${value}; Path=/${secure}; HttpOnly; SameSite=${cookie.sameSite}; Max-Age=${maxAge}`
}
