import type { FastifyPluginAsync } from 'fastify'
import { DomainError } from '../shared/errors.ts'

const options = { schema: { hide: true }, config: { hostOptional: true } }

/** For the operator's monitors: whether the process lives, and whether it can serve. Neither wants credentials or a Host. */
export const health: FastifyPluginAsync<{ ping: () => Promise<void> }> = async (app, { ping }) => {
  app.get('/healthz', options, async () => ({ status: 'ok' }))
  app.get('/readyz', options, async (request) => {
    try {
      await ping()
    } catch (error) {
      request.log.warn({ err: error }, 'not ready: the database cannot be reached')
      throw new DomainError('database-unavailable')
    }
    return { status: 'ready' }
  })
}
