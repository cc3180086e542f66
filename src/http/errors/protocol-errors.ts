import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { ErrorCode } from '../../shared/errors.ts'
import type { HeaderSet } from '../security/security-headers.ts'
import { codeOf, errorBody } from './error-body.ts'
import { errorCatalogue } from './error-catalogue.ts'
import { type Language, languageOf } from './language.ts'

export interface ProtocolErrorsOptions {
  logger: Pick<FastifyBaseLogger, 'info'>
  /** Headers of every response. HTTP/1.1 responses already begin with them. */
  headers: HeaderSet
  nextRequestId: () => string
}

export type ProtocolErrors = ReturnType<typeof createProtocolErrors>

/** A client that has received its error may leave the connection open: it is destroyed after this time. */
const lingerMs = 2000

/** Errors that occur before a route and its hooks are found have the same body, headers and log line as all others. */
export function createProtocolErrors({ logger, headers, nextRequestId }: ProtocolErrorsOptions) {
  function answer(code: ErrorCode, language: Language, from: { remoteAddress?: string | undefined } | undefined) {
    const { status } = errorCatalogue[code]
    const [body, reqId] = [JSON.stringify(errorBody(code, language)), nextRequestId()]
    logger.info({ reqId, code, status, address: from?.remoteAddress }, 'request refused')
    const more = code === 'method-not-allowed' ? { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' } : {}
    return { status, body, own: { ...headersOf(body, language), 'x-request-id': reqId, ...more } }
  }

  function raw(code: ErrorCode, socket: Duplex): string {
    const { status, body, own } = answer(code, 'zh', socket as Socket)
    const lines = Object.entries({ ...headers, ...own, connection: 'close' }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    )
    return `HTTP/1.1 ${status} ${errorBody(code, 'zh').error}\r\n${lines.join('')}\r\n${body}`
  }

  function refuse(request: IncomingMessage, response: ServerResponse, code: ErrorCode): void {
    const { status, body, own } = answer(code, languageOf(request.headers['accept-language']), request.socket)
    response.writeHead(status, request.httpVersionMajor === 2 ? { ...headers, ...own } : own).end(body)
  }

  function refuseSocket(socket: Duplex, code: ErrorCode): void {
    socket.end(raw(code, socket))
    setTimeout(() => socket.destroy(), lingerMs).unref()
  }

  return {
    refuse,
    refuseSocket,

    /** Input that is not HTTP. The message is in Chinese, because no header could be read. */
    onClientError(error: Error, socket: Duplex): void {
      if (!socket.writable || (error as NodeJS.ErrnoException).code === 'ECONNRESET') return void socket.destroy()
      const code = codeOf(error)
      refuseSocket(socket, errorCatalogue[code].status < 500 ? code : 'bad-request')
    },

    /** A onClientError path. */
    onFrameworkError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
      refuse(request.raw, reply.raw, codeOf(error))
    },

    /** An HTTP/2 request that did not arrive in time. */
    onRequestTimeout(stream: ServerHttp2Stream): void {
      const { status, body, own } = answer('request-timeout', 'zh', stream.session?.socket)
      stream.respond({ ':status': status, ...headers, ...own })
      stream.end(body)
    },
  }
}

/** Requests that Node would answer itself, before Fastify sees them. */
export const protocolErrors = fp<{ refusals: ProtocolErrors }>(async (app, { refusals: { refuse, refuseSocket } }) => {
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    refuse(request, response, 'expectation-failed')
  })
  // HTTP/1.1 passes the bare socket, HTTP/2 a response.
  app.server.on('connect', (request: IncomingMessage, answer: Duplex | ServerResponse) => {
    if ('writeHead' in answer) refuse(request, answer, 'method-not-allowed')
    else refuseSocket(answer, 'method-not-allowed')
  })
})

function headersOf(body: string, language: Language): Record<string, string | number> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-language': language,
    vary: 'Accept-Language',
    'content-length': Buffer.byteLength(body),
  }
}
