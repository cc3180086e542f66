import type { FastifyPluginAsync } from 'fastify'
import { DomainError } from '../shared/errors.ts'

/** For the operator's monitors: whether the process lives, and whether it can serve. Neither wants credentials. */
export const health: FastifyPluginAsync<{ ping: () => Promise<void> }> = async (app, { ping }) => {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async (request) => {
    if (app.drain.isOn()) throw new DomainError('stopping')
    try {
      await ping()
    } catch (error) {
      request.log.warn({ err: error }, 'not ready: the database cannot be reached')
      throw new DomainError('database-unavailable')
    }
    return { status: 'ready' }
  })
}
