import fp from 'fastify-plugin'
import type { BudgetService } from './accounts/budget.service.ts'
import type { LastSeen } from './accounts/last-seen.service.ts'
import type { StudyService } from './studies/study.service.ts'

export interface UpkeepOptions {
  studies: StudyService
  lastSeen: LastSeen
  budgets: BudgetService
}

const everySeconds = 15

/** What the service does by itself, now and then: end what was left running, write who was seen, forget spent budgets. */
export const upkeep = fp<UpkeepOptions>(async (app, { studies, lastSeen, budgets }) => {
  let timer: NodeJS.Timeout | undefined
  let round: Promise<void> | undefined

  async function attend(): Promise<void> {
    for (const chore of [studies.endOverdue, lastSeen.flush, budgets.forgetExpired]) {
      try {
        await chore()
      } catch (error) {
        app.log.warn({ err: error }, 'upkeep failed, to be tried again')
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
    await lastSeen.flush().catch((error: unknown) => app.log.warn({ err: error }, 'the last visits were not written'))
  })
})
