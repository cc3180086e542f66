import fp from 'fastify-plugin'
import { loggedPath } from './server-options.ts'

/** One line a request, and its id in the answer. Nothing of headers, query or body: they hold secrets. */
export const requestLog = fp(async (app) => {
  app.addHook('onSend', (request, reply, payload, done) => {
    reply.header('x-request-id', request.id)
    done(null, payload)
  })
  app.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        reqId: request.id,
        method: request.method,
        path: loggedPath(request),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        address: request.ip,
      },
      'request',
    )
    done()
  })
})
