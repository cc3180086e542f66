import { AsyncLocalStorage } from 'node:async_hooks'
import fp from 'fastify-plugin'

type Write = (fields: Record<string, unknown>, message: string) => void
type Level = 'debug' | 'info' | 'warn' | 'error'

const context = new AsyncLocalStorage<{ reqId: string }>()

/** Within the handlers of its scope, loggers of `ofRequest` know the current request. */
export const requestContext = fp(async (app) => {
  // Not in an earlier hook: the body is read outside of that hook's context.
  app.addHook('preHandler', ({ id }, _reply, done) => context.run({ reqId: id }, done))
})

/** Returns the same logger; lines that are written while a request is handled contain its id. */
export function ofRequest(logger: Record<Level, Write>): Record<Level, Write> {
  const write =
    (level: Level): Write =>
    (fields, message) =>
      logger[level]({ ...context.getStore(), ...fields }, message)
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
