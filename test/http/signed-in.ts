import assert from 'node:assert/strict'
import { type Credentials, type Reply, send } from '../contract/client.ts'

/** The headers that a signed-in browser sends by itself on a page of the service. */
export interface SignedIn {
  cookie: string
  origin: string
}

export function cookieOf(reply: Reply): string {
  const [cookie = ''] = reply.headers.getSetCookie()
  return cookie.split(';')[0] ?? ''
}

export async function signIn(
  address: string,
  { username, password }: { username: string; password: string },
  headers: Record<string, string> = {},
): Promise<SignedIn & Credentials> {
  const json = { username, password }
  const reply = await send('POST', `${address}/api/v1.0/session`, { json, headers })
  assert.equal(reply.status, 200, reply.text)
  return { cookie: cookieOf(reply), origin: address }
}
