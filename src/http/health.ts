import type { FastifyPluginAsync } from 'fastify'
import { DomainError } from '../shared/errors.ts'
import type { LogUnavailable } from './unavailability-log.ts'

export interface HealthOptions {
  ping: () => Promise<void>
  logUnavailable: LogUnavailable
}

/** For the operator's monitors: whether the process lives, and whether it can serve. Neither wants credentials. */
export const health: FastifyPluginAsync<HealthOptions> = async (app, { ping, logUnavailable }) => {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async (request) => {
    if (app.drain.isOn()) throw new DomainError('stopping')
    try {
      await ping()
    } catch (error) {
      if (!logUnavailable(error, { reqId: request.id }))
        request.log.warn({ err: error }, 'not ready: the database cannot be reached')
      throw new DomainError('database-unavailable')
    }
    return { status: 'ready' }
  })
}
