import assert from 'node:assert/strict'
import { STATUS_CODES } from 'node:http'
import type { Reply } from './client.ts'

/** The reason phrases of RFC 9110, where Node.js still has older ones. */
const phrases: typeof STATUS_CODES = { ...STATUS_CODES, 422: 'Unprocessable Content' }

export const CHINESE = /\p{Script=Han}/u

/** Asserts an error in the contract's form, in Chinese unless the message says otherwise. */
export function assertError(reply: Reply, status: number, message: string | RegExp = CHINESE): void {
  assert.equal(reply.status, status, reply.text)
  const text = errorText(reply)
  if (typeof message === 'string') assert.equal(text, message)
  else assert.match(text, message)
}

/** Asserts the form of an error and returns its message, in any language. */
export function errorText(reply: Reply): string {
  assert.ok(reply.status >= 400, `expected an error, got ${reply.status} ${reply.text}`)
  assert.match(reply.headers.get('content-type') ?? '', /^application\/json(;|$)/, reply.text)
  const { body } = reply
  assert.ok(typeof body === 'object' && body !== null, `no error body but ${reply.text}`)
  assert.deepEqual(Object.keys(body).sort(), ['error', 'message'], reply.text)
  assert.ok('error' in body && 'message' in body)
  assert.equal(body.error, phrases[reply.status]?.toLowerCase())
  assert.ok(typeof body.message === 'string' && body.message.trim() !== '')
  assert.doesNotMatch(body.message, LEAK)
  if (reply.status === 401) assert.ok(reply.headers.has('www-authenticate'))
  if (reply.status === 405) assert.ok(reply.headers.has('allow'))
  return body.message
}

export function assertUnauthorized(reply: Reply, scheme: 'Basic' | 'Bearer'): void {
  assertError(reply, 401)
  const challenge = reply.headers.get('www-authenticate') ?? ''
  assert.match(challenge, scheme === 'Basic' ? /^Basic realm=/i : /^Bearer( |$)/i)
}

const LEAK = /\n\s+at |node_modules|\.[jt]s\b|\/(home|root|src|usr|work)\/|\b(SELECT|INSERT|UPDATE|sqlite|FST_)/i
