import { METHODS } from 'node:http'
import type { HTTPMethods } from 'fastify'
import fp from 'fastify-plugin'
import { sendError } from './errors.ts'

/** A known path answers OPTIONS with what it takes, and any other method with 405; an unknown one any with 404. Registered before the routes; see `refuseOtherMethods`. */
export const methods = fp(async (app) => {
  const allowed = new Map<string, Set<string>>()
  for (const method of METHODS) {
    if (method !== 'CONNECT' && !app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true })
  }
  app.addHook('onRoute', ({ url, method }) => {
    const path = url.length > 1 ? url.replace(/\/$/, '') : url
    const set = allowed.get(path) ?? new Set()
    for (const name of [method].flat()) set.add(name)
    allowed.set(path, set)
  })
  // Before the body is read: whatever it holds, nothing is here.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) sendError(request, reply, 'not-found')
    else done()
  })
  app.decorate('refuseOtherMethods', () => {
    for (const [url, taken] of [...allowed]) {
      const allow = [...taken, 'OPTIONS'].join(', ')
      const others = app.supportedMethods.filter((method) => !taken.has(method)) as HTTPMethods[]
      app.route({
        url,
        method: others,
        schema: { hide: true },
        onRequest: (request, reply) => {
          reply.header('allow', allow)
          if (request.method === 'OPTIONS') reply.code(204).send()
          else sendError(request, reply, 'method-not-allowed')
        },
        handler: (_request, reply) => reply,
      })
    }
  })
})

declare module 'fastify' {
  interface FastifyInstance {
    refuseOtherMethods(): void
  }
}
