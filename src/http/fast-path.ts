import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import proxyAddr from 'proxy-addr'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import { sendTogether } from './answers-together.ts'
import { hasOneValidHost } from './links.ts'
import { logRequest, pathOf } from './request-log.ts'
import { headersOfPrivate, headersOfSecurity } from './security-headers.ts'

/** What is asked for again and again. What it answers and refuses, the framework's route of the same path would too. */
export interface FastRoute<Caller> {
  method: 'GET' | 'POST' | 'PUT'
  /** The whole URL, with the groups `id` and `query` where it has them. */
  url: RegExp
  /** Undefined, with nothing done, for what is the framework's to judge. What it throws is told, and not tried once more. */
  answer(request: FastRequest<Caller>): MaybePromise<FastAnswer | undefined>
}

export interface FastAnswer {
  /** An object, or its JSON. */
  body: object | string
  /** Of what was created. */
  location?: string
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

/** What went wrong before a request was left to the framework, which tells of it. */
const failures = new WeakMap<IncomingMessage, Error>()

/** For the framework's routes of the same paths. */
export const fastFailures = fp(async (app) => {
  app.addHook('onRequest', (request, _reply, done) => done(failures.get(request.raw)))
})

/**
 * Answers the plainest requests past the framework, which costs more than their work: over HTTP/1.1, without body, by known
 * credentials. All others take the long way, and find there what they would have found without this.
 */
export const fastPath = fp(async (app: FastifyInstance, options: FastPathOptions<unknown>) => {
  const [handle] = app.server.listeners('request') as Handle[]
  if (handle === undefined) throw new Error('the server has no handler of requests')
  const answerFast = fastAnswer(app, options)
  app.server.removeListener('request', handle)
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (app.drain.isOn() || !isPlain(request)) handle(request, response)
    else answerFast(request, response, handle)
  })
})

function isPlain(request: IncomingMessage): boolean {
  const { httpVersion, headers } = request
  const { 'content-length': length } = headers
  return (
    httpVersion === '1.1' &&
    (length === undefined || length === '0') &&
    headers['content-type'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers['x-forwarded-host'] === undefined &&
    hasOneValidHost(request)
  )
}

type Answer = (request: IncomingMessage, response: ServerResponse, otherwise: Handle) => void

/** Leaves a request to `otherwise`, untouched, where it has no answer. */
function fastAnswer(app: FastifyInstance, options: FastPathOptions<unknown>): Answer {
  const { trustProxy, https, nextRequestId } = options
  const trust = trustProxy.length > 0 ? proxyAddr.compile(trustProxy) : undefined
  const find = finder(options, trust !== undefined)
  const headers = Object.entries({
    ...headersOfSecurity(https),
    ...headersOfPrivate,
    'content-type': 'application/json; charset=utf-8',
  }).flat()

  function send(request: IncomingMessage, response: ServerResponse, begun: number, answer: FastAnswer): void {
    const { body: content, location } = answer
    const status = location === undefined ? 200 : 201
    const body = typeof content === 'string' ? content : JSON.stringify(content)
    const length = Buffer.byteLength(body)
    const id = nextRequestId()
    const own = ['x-request-id', id, 'content-length', String(length)]
    if (location !== undefined) own.push('location', location)
    response
      .writeHead(status, [...headers, ...own])
      // Plain letters need no encoding, which is quicker.
      .end(body, length === body.length ? 'latin1' : 'utf8')
    logRequest(app.log, {
      id,
      method: request.method ?? '',
      path: pathOf(request.url ?? ''),
      status,
      ms: performance.now() - begun,
      address: trust ? proxyAddr(request, trust) : request.socket.remoteAddress,
    })
  }

  return (request, response, otherwise) => {
    const begun = performance.now()
    const settle = (answer: FastAnswer | undefined) =>
      answer === undefined ? otherwise(request, response) : sendTogether(() => send(request, response, begun, answer))
    const fail = (error: Error) => {
      failures.set(request, error)
      otherwise(request, response)
    }
    let answer: MaybePromise<FastAnswer | undefined>
    try {
      answer = find(request)
    } catch (error) {
      return fail(error as Error)
    }
    if (answer instanceof Promise) answer.then(settle, fail)
    else settle(answer)
  }
}

/** Undefined for whatever is the framework's to judge. */
function finder({ routes, recall, publicUrl, https }: FastPathOptions<unknown>, proxied: boolean) {
  const scheme = https ? 'https' : 'http'
  return ({ method, url = '', headers }: IncomingMessage): MaybePromise<FastAnswer | undefined> => {
    const origin = publicUrl ?? (proxied ? undefined : `${scheme}://${headers.host}`)
    if (origin === undefined || headers.authorization === undefined) return undefined
    for (const route of routes) {
      const match = route.method === method ? route.url.exec(url) : null
      if (match === null) continue
      const { id = '', query = '' } = match.groups ?? {}
      return andThen(recall(headers.authorization), (caller) =>
        caller === undefined ? undefined : route.answer({ caller, origin, id, query }),
      )
    }
    return undefined
  }
}
