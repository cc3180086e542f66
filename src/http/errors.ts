import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DomainError, type ErrorCode, type ErrorDetails } from '../shared/errors.ts'
import { codeOf, errorBody } from './error-body.ts'
import { errorCatalogue } from './error-catalogue.ts'
import { languageOf } from './language.ts'

const defaultRetry = 2

/** One handler writes every error body, the framework's own included. */
export const errors = fp(async (app) => {
  app.setErrorHandler((error, request, reply) => {
    const code = codeOf(error)
    if (errorCatalogue[code].status >= 500 && !(error instanceof DomainError))
      request.log.error({ err: error }, 'request failed')
    return sendError(request, reply, code, error instanceof DomainError ? error.details : {})
  })
  app.setNotFoundHandler((request, reply) => sendError(request, reply, 'not-found'))
})

export function sendError(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ErrorCode,
  details: ErrorDetails = {},
): FastifyReply {
  const language = languageOf(request.headers['accept-language'])
  const { status } = errorCatalogue[code]
  if (status === 401) reply.header('www-authenticate', challenge(request.headers.authorization))
  if (status === 503 || status === 429) reply.header('retry-after', String(details.retryAfterSeconds ?? defaultRetry))
  return reply
    .code(status)
    .header('content-language', language)
    .header('vary', 'Accept-Language')
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(errorBody(code, language))
}

/** The scheme that the client used, Basic where it used none. */
function challenge(authorization: string | undefined): string {
  return /^bearer\b/i.test(authorization ?? '') ? 'Bearer realm="occupy"' : 'Basic realm="occupy", charset="UTF-8"'
}

/** What is not even HTTP gets the error form too, in Chinese: no header could be read. */
export function answerMalformed(error: Error, socket: Socket): void {
  if (!socket.writable || (error as NodeJS.ErrnoException).code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const found = codeOf(error)
  const code = found === 'internal' || found === 'database-unavailable' ? 'bad-request' : found
  const body = JSON.stringify(errorBody(code, 'zh'))
  const { status } = errorCatalogue[code]
  socket.end(
    `HTTP/1.1 ${status} ${errorBody(code, 'zh').error}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
