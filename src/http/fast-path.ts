import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import proxyAddr from 'proxy-addr'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import { sendTogether } from './answers-together.ts'
import { hasOneValidHost } from './links.ts'
import { logRequest } from './request-log.ts'
import { headersOfPrivate, headersOfSecurity } from './security-headers.ts'

/** A read that is asked for again and again. What it answers and refuses, the framework's route of the same path would too. */
export interface FastRoute<Caller> {
  /** The whole URL, with the groups `id` and `query` where it has them. */
  url: RegExp
  /** An object, or its JSON. Throws or rejects where there is no plain answer: then the framework's route says why. */
  answer(request: FastRequest<Caller>): MaybePromise<object | string>
}

export interface FastRequest<Caller> {
  caller: Caller
  origin: string
  id: string
  /** Without the question mark. */
  query: string
}

export interface FastPathOptions<Caller> {
  routes: FastRoute<Caller>[]
  /** Undefined for whoever has to be looked at closer. */
  recall(authorization: string): MaybePromise<Caller | undefined>
  publicUrl: string | undefined
  trustProxy: string[]
  https: boolean
  nextRequestId: () => string
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Answers the plainest requests past the framework, which costs more than their work: GET over HTTP/1.1 without body, by known
 * credentials, of what is there. All others take the long way, and find there what they would have found without this.
 */
export const fastPath = fp(async (app: FastifyInstance, options: FastPathOptions<unknown>) => {
  const [handle] = app.server.listeners('request') as Handle[]
  if (handle === undefined) throw new Error('the server has no handler of requests')
  const answerFast = fastAnswer(app, options)
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.server.removeListener('request', handle)
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (closing || !isPlain(request)) handle(request, response)
    else answerFast(request, response, handle)
  })
})

function isPlain(request: IncomingMessage): boolean {
  const { method, httpVersion, headers } = request
  return (
    method === 'GET' &&
    httpVersion === '1.1' &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers['x-forwarded-host'] === undefined &&
    hasOneValidHost(request)
  )
}

type Answer = (request: IncomingMessage, response: ServerResponse, otherwise: Handle) => void

/** Leaves a request to `otherwise`, untouched, where it has no answer. */
function fastAnswer(app: FastifyInstance, options: FastPathOptions<unknown>): Answer {
  const { routes, recall, publicUrl, trustProxy, https, nextRequestId } = options
  const trust = trustProxy.length > 0 ? proxyAddr.compile(trustProxy) : undefined
  const headers = Object.entries({
    ...headersOfSecurity(https),
    ...headersOfPrivate,
    'content-type': 'application/json; charset=utf-8',
  }).flat()
  const scheme = https ? 'https' : 'http'

  function bodyFor({ url = '', headers }: IncomingMessage): MaybePromise<object | string | undefined> {
    const origin = publicUrl ?? (trust ? undefined : `${scheme}://${headers.host}`)
    if (origin === undefined || headers.authorization === undefined) return undefined
    for (const route of routes) {
      const match = route.url.exec(url)
      if (match === null) continue
      const { id = '', query = '' } = match.groups ?? {}
      const answer = (caller: unknown) =>
        caller === undefined ? undefined : route.answer({ caller, origin, id, query })
      return andThen(recall(headers.authorization), answer)
    }
    return undefined
  }

  function send(request: IncomingMessage, response: ServerResponse, begun: number, answer: object | string): void {
    const body = typeof answer === 'string' ? answer : JSON.stringify(answer)
    const length = Buffer.byteLength(body)
    const id = nextRequestId()
    response
      .writeHead(200, [...headers, 'x-request-id', id, 'content-length', String(length)])
      // Plain letters need no encoding, which is quicker.
      .end(body, length === body.length ? 'latin1' : 'utf8')
    logRequest(app.log, {
      id,
      method: 'GET',
      path: request.url ?? '',
      status: 200,
      ms: performance.now() - begun,
      address: trust ? proxyAddr(request, trust) : request.socket.remoteAddress,
    })
  }

  return (request, response, otherwise) => {
    const begun = performance.now()
    const settle = (answer: object | string | undefined) =>
      answer === undefined ? otherwise(request, response) : sendTogether(() => send(request, response, begun, answer))
    const answer = attempt(() => bodyFor(request))
    if (answer instanceof Promise) answer.catch(() => undefined).then(settle)
    else settle(answer)
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
