import type { FastifyBaseLogger } from 'fastify'
import { DatabaseUnavailableError } from '../../storage/database-unavailable.ts'

/** Logs an error of the unavailable database, and answers false for every other one. `context` says what failed. */
export type LogUnavailable = (error: unknown, context: object) => boolean

const everyMs = 1000

/**
 * A full disk or a lost connection fails every request alike: one line a second at most, without stacks, and with the number of those
 * that were left out since the line before.
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
    }, everyMs).unref()
  }

  return (error, context) => {
    if (!(error instanceof DatabaseUnavailableError)) return false
    latest = { ...context, reason: error.reason, error: error.message }
    if (timer === undefined) write()
    else suppressed++
    return true
  }
}
