import type { FastifyBaseLogger } from 'fastify'
import fp from 'fastify-plugin'

export interface LoggedRequest {
  id: string
  method: string
  path: string
  status: number
  /** Milliseconds that it took. */
  ms: number
  address: string | undefined
}

/** One line a request, and its id in the answer. Nothing of headers, query or body: they hold secrets. */
export const requestLog = fp(async (app) => {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { id, method, ip: address, log } = request
    logRequest(log, { id, method, path: pathOf(request.url), status: reply.statusCode, ms: reply.elapsedTime, address })
    done()
  })
})

export function logRequest(log: FastifyBaseLogger, { id, method, path, status, ms, address }: LoggedRequest): void {
  log.info({ reqId: id, method, path, status, ms: Math.round(ms * 10) / 10, address }, 'request')
}

/** The path alone: a query may hold anything. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}
