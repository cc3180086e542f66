import fp from 'fastify-plugin'
import { pathOf } from './links.ts'

/** Writes one line per request, without headers, query or body: they contain secrets. */
export const requestLog = fp(async (app) => {
  app.addHook('onResponse', (request, reply, done) => {
    const { id: reqId, method, ip: address } = request
    const ms = Math.round(reply.elapsedTime * 10) / 10
    request.log.info({ reqId, method, path: pathOf(request.url), status: reply.statusCode, ms, address }, 'request')
    done()
  })
})
