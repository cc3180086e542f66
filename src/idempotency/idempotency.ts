import { createHmac } from 'node:crypto'

/** How long a repeated request gets the answer of the first one. */
export const keyLifetimeSeconds = 24 * 3600

/** How long a request that asks the school may take. If its process dies, the key becomes free after this time. */
export const maxInFlightSeconds = 30

/** 1 to 128 visible ASCII characters. */
const wellFormed = /^[\x21-\x7e]{1,128}$/

export function isWellFormed(key: string): boolean {
  return wellFormed.test(key)
}

export interface KeyedRequest {
  /** The value of the Idempotency-Key header. */
  key: string
  /** The scope of the key. The same key in another scope is a different key. */
  scope: string
  method: string
  path: string
  body: unknown
}

/** HMACs that are stored instead of the key and the request, because both contain secrets. */
export interface RequestIdentity {
  mark: string
  fingerprint: string
}

/** The answer of a successful request. Refusals are not stored, so the same key can be used again after one. */
export interface StoredAnswer {
  status: number
  location: string | undefined
  /** JSON; undefined for an answer without a body. */
  text: string | undefined
  /** The account that the answer is about. */
  accountId: number | undefined
}

export function identityOf({ key, scope, method, path, body }: KeyedRequest, secret: Buffer): RequestIdentity {
  const content = JSON.stringify(body ?? {}, sortFields)
  return {
    mark: hmac(secret, `key\n${scope}\n${key}`),
    fingerprint: hmac(secret, `request\n${key}\n${method} ${path}\n${content}`),
  }
}

function hmac(secret: Buffer, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}

/** Some clients serialise the fields of the same object in a different order each time. */
function sortFields(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}
