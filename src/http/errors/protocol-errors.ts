import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import fp from 'fastify-plugin'
import type { ErrorCode } from '../../shared/errors.ts'
import { codeOf, errorBody } from './error-body.ts'
import { errorCatalogue } from './error-catalogue.ts'
import { languageOf } from './language.ts'

/** What Node answers by itself, before Fastify sees a request, gets the error form too. */
export const protocolErrors = fp(async (app) => {
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    refuse(request, response, 'expectation-failed')
  })
  // HTTP/1.1 hands over the bare socket, HTTP/2 a response.
  app.server.on('connect', (request: IncomingMessage, answer: Duplex | ServerResponse) => {
    if ('writeHead' in answer) refuse(request, answer, 'method-not-allowed')
    else answer.end(rawAnswer('method-not-allowed'))
  })
})

/** What is not even HTTP, in Chinese: no header could be read. */
export function answerMalformed(error: Error, socket: Duplex): void {
  if (!socket.writable || (error as NodeJS.ErrnoException).code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const code = codeOf(error)
  socket.end(rawAnswer(errorCatalogue[code].status < 500 ? code : 'bad-request'))
}

function refuse({ headers }: IncomingMessage, response: ServerResponse, code: ErrorCode): void {
  const body = JSON.stringify(errorBody(code, languageOf(headers['accept-language'])))
  response.writeHead(errorCatalogue[code].status, headersOf(code, body)).end(body)
}

function rawAnswer(code: ErrorCode): string {
  const body = JSON.stringify(errorBody(code, 'zh'))
  const headers = Object.entries({ ...headersOf(code, body), connection: 'close' })
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${errorCatalogue[code].status} ${errorBody(code, 'zh').error}\r\n${lines}\r\n${body}`
}

function headersOf(code: ErrorCode, body: string): Record<string, string | number> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...(code === 'method-not-allowed' && { allow: 'GET, HEAD, POST, PUT, OPTIONS' }),
  }
}
