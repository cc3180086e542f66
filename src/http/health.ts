import type { FastifyPluginAsync } from 'fastify'
import { DomainError } from '../shared/errors.ts'
import type { LogUnavailable } from './errors/unavailability-log.ts'

export interface HealthOptions {
  ping: () => Promise<void>
  logUnavailable: LogUnavailable
}

const options = { schema: { hide: true }, config: { host: 'any' } } as const

/** For the operator's monitors: whether the process is alive, and whether it can serve. Neither requires credentials or a Host header. */
export const health: FastifyPluginAsync<HealthOptions> = async (app, { ping, logUnavailable }) => {
  app.get('/healthz', options, async () => ({ status: 'ok' }))
  app.get('/readyz', options, async (request) => {
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
