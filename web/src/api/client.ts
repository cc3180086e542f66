import createClient from 'openapi-fetch'
import { language, messages } from '../messages/messages.ts'
import { noteAnswer } from '../time/clock.ts'
import { type Result, resultOf } from './result.ts'
import type { paths } from './schema.d.ts'

/** A request that neither answers nor fails is given up: a phone between two cells. Registering may wait for the school. */
const timeoutMs = 60_000

type Listener = (response: Response, path: string) => void
const listeners: Listener[] = []

/** Is told of every answer. */
export function onAnswer(listener: Listener): void {
  listeners.push(listener)
}

/** The service's API, in the types of its own document. The browser adds the session's cookie. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send })

async function send(request: Request): Promise<Response> {
  // The browser would complain on its console, too.
  if (!navigator.onLine) throw new TypeError('there is no network')
  const sentAt = performance.now()
  request.headers.set('accept-language', language.value)
  // Where there is no TLS, this alone tells a page's script from a visit: the browser opens no password box for it.
  request.headers.set('x-requested-with', 'fetch')
  const response = await fetch(request, { signal: AbortSignal.timeout(timeoutMs) })
  noteAnswer(response, sentAt)
  const { pathname } = new URL(request.url)
  for (const listener of listeners) listener(response, pathname)
  return response
}

/** `await ask(api.GET('/api/v1.0/users/me'))` */
export function ask<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<Result<T>> {
  return resultOf(answer, messages.value.noAnswer)
}

/** Follows a link of an answer, such as the one to its next page. */
export function follow<T>(link: string): Promise<Result<T>> {
  const { pathname, search } = new URL(link)
  return ask<T>(readJson(new Request(`${location.origin}${pathname}${search}`)))
}

async function readJson<T>(request: Request): Promise<{ data?: T; error?: unknown; response: Response }> {
  const response = await send(request)
  const body = await response.json()
  return response.ok ? { data: body as T, response } : { error: body, response }
}
