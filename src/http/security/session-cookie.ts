import type { FastifyRequest } from 'fastify'
import { cookieValueOf, type HostCookie, setCookie } from './host-cookie.ts'

/** 256 bits in base64url. */
const session: HostCookie = { name: 'session', form: /^[\w-]{43}$/, sameSite: 'Strict' }

/** See `cookieValueOf`. */
export function sessionValueOf(request: FastifyRequest): string | undefined {
  return cookieValueOf(request, session)
}

/** See `setCookie`. */
export function sessionCookie(request: FastifyRequest, value: string, maxAge: number): string {
  return setCookie(request, session, value, maxAge)
}
