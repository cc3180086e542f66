export interface Reply {
  status: number
  headers: Headers
  text: string
  /** The parsed JSON; undefined if the text is not JSON. */
  body: unknown
}

export type Credentials = Record<string, string>

export interface Call {
  as?: Credentials
  json?: unknown
  body?: string | Uint8Array<ArrayBuffer>
  headers?: Record<string, string>
}

export const nobody: Credentials = {}

export function basic(username: string, password: string): Credentials {
  return basicBytes(Buffer.from(`${username}:${password}`, 'utf8'))
}

export function basicBytes(userPass: Uint8Array): Credentials {
  return { authorization: `Basic ${Buffer.from(userPass).toString('base64')}` }
}

export function bearer(token: string): Credentials {
  return { authorization: `Bearer ${token}` }
}

/** Sends one request. Redirects are returned, never followed. */
export async function send(method: string, url: string, call: Call = {}): Promise<Reply> {
  const headers = new Headers({ ...call.as, ...call.headers })
  let body = call.body
  if (call.json !== undefined) {
    headers.set('content-type', 'application/json')
    body = JSON.stringify(call.json)
  }
  const response = await fetch(url, { method, headers, body: body ?? null, redirect: 'manual' })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parsed(text) }
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
