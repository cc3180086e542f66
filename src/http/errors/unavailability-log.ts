import type { FastifyBaseLogger } from 'fastify'
import { DatabaseUnavailableError } from '../../storage/database-unavailable.ts'

/** Logs an error that means that the database is unavailable, and returns false for every other one. `context` says what failed. */
export type LogUnavailable = (error: unknown, context: object) => boolean

const intervalMs = 1000

/**
 * A full disk or a lost connection makes every request fail in the same way. Logs at most one line per second, without stacks, with the
 * number of errors omitted since the previous line.
 */
export function createUnavailabilityLog(logger: Pick<FastifyBaseLogger, 'error'>): LogUnavailable {
  let suppressed = 0
  let timer: NodeJS.Timeout | undefined
  let latest: object = {}

  function write(): void {
    logger.error({ ...latest, suppressed }, 'the database is unavailable')
    suppressed = 0
    timer = setTimeout(() => {
      timer = undefined
      if (suppressed === 0) return
      suppressed--
      write()
    }, intervalMs).unref()
  }

  return (error, context) => {
    if (!(error instanceof DatabaseUnavailableError)) return false
    latest = { ...context, reason: error.reason, error: error.message }
    if (timer === undefined) write()
    else suppressed++
    return true
  }
}
