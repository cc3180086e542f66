import fp from 'fastify-plugin'
import type { LastSeen } from './accounts/last-seen.service.ts'
import type { BudgetService } from './authentication/rate-limit.service.ts'
import type { StudyService } from './studies/study.service.ts'

export interface UpkeepOptions {
  studies: StudyService
  lastSeen: LastSeen
  budgets: BudgetService
  /** Logs an error of the unavailable database, and answers false for every other one. */
  logUnavailable: (error: unknown, context: object) => boolean
}

const everySeconds = 15

/** What the service does by itself, now and then: end what was left running, write who was seen, forget spent budgets. */
export const upkeep = fp<UpkeepOptions>(async (app, { studies, lastSeen, budgets, logUnavailable }) => {
  let timer: NodeJS.Timeout | undefined
  let round: Promise<void> | undefined

  function warn(error: unknown, message: string): void {
    if (!logUnavailable(error, { work: message })) app.log.warn({ err: error }, message)
  }

  async function attend(): Promise<void> {
    for (const chore of [studies.endOverdue, lastSeen.flush, budgets.forgetExpired]) {
      try {
        await chore()
      } catch (error) {
        warn(error, 'upkeep failed, to be tried again')
      }
    }
  }

  // Of the server, not of the framework: connections are accepted elsewhere.
  app.server.once('listening', () => {
    const attendOnce = () => {
      round ??= attend().finally(() => {
        round = undefined
      })
    }
    attendOnce()
    timer = setInterval(attendOnce, everySeconds * 1000).unref()
  })
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await round
    await lastSeen.flush().catch((error: unknown) => warn(error, 'the last visits were not written'))
  })
})
