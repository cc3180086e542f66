import fp from 'fastify-plugin'

/** Writes one line per request, without headers, query or body: they contain secrets. */
export const requestLog = fp(async (app) => {
  app.addHook('onResponse', (request, reply, done) => {
    const { id: reqId, method, ip: address } = request
    const ms = Math.round(reply.elapsedTime * 10) / 10
    request.log.info({ reqId, method, path: pathOf(request.url), status: reply.statusCode, ms, address }, 'request')
    done()
  })
})

/** Without the query, which may contain anything. */
function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}
