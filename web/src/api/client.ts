import createClient from 'openapi-fetch'
import { language, messages } from '../messages/messages.ts'
import { syncServerClock } from '../time/clock.ts'
import { type Result, resultOf } from './result.ts'
import type { paths } from './schema.d.ts'

/** Long enough for a registration, which may wait for the school. Without a limit, a phone between two cells would wait forever. */
const timeoutMs = 60_000

type Listener = (response: Response, path: string) => void
const listeners: Listener[] = []

/** Calls the listener for every response. */
export function onResponse(listener: Listener): void {
  listeners.push(listener)
}

/** The service's API, with types from its OpenAPI document. The browser adds the session cookie. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send })

async function send(request: Request): Promise<Response> {
  // Fails here, because the browser would log an error on its console.
  if (!navigator.onLine) throw new TypeError('there is no network')
  const sentAt = performance.now()
  request.headers.set('accept-language', language.value)
  // Without TLS, this is how the service recognizes a script. It then answers so that the browser opens no password dialog.
  request.headers.set('x-requested-with', 'fetch')
  const response = await fetch(request, { signal: AbortSignal.timeout(timeoutMs) })
  syncServerClock(response, sentAt)
  const { pathname } = new URL(request.url)
  for (const listener of listeners) listener(response, pathname)
  return response
}

/** `await ask(api.GET('/api/v1.0/users/me'))` */
export function ask<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<Result<T>> {
  return resultOf(answer, messages.value.noAnswer)
}

/** Requests a link of an answer, such as the one to its next page. */
export function fetchLink<T>(link: string): Promise<Result<T>> {
  const { pathname, search } = new URL(link)
  return ask<T>(readJson(new Request(`${location.origin}${pathname}${search}`)))
}

async function readJson<T>(request: Request): Promise<{ data?: T; error?: unknown; response: Response }> {
  const response = await send(request)
  const body = await response.json()
  return response.ok ? { data: body as T, response } : { error: body, response }
}
