import type { CookieJar } from 'tough-cookie'
import type { Logger } from '../logger.ts'
import { answerToError, SchoolError } from '../school-call/school-error.ts'
import type { SchoolSite } from '../school-call/school-site.ts'
import type { OnStep, Step } from '../school-call/step.ts'
import type { AskOptions, Unavailable } from '../verifier.ts'
import type { Limits } from './limits.ts'
import type { Login } from './login.ts'
import { SchoolSession } from './school-session.ts'

export interface LoginRunnerOptions {
  site: SchoolSite
  /** See `SessionOptions`. */
  loginPage: string
  limits: Limits
  logger: Logger
  now: () => number
  onStep: OnStep
  onTrouble: (trouble: SchoolError) => void
}

export interface LoginRunner {
  /** Runs `work` in a new session and closes it afterwards. Errors of the school are returned as a value. */
  run<T>(jar: CookieJar, ask: AskOptions | undefined, work: (login: Login) => Promise<T>): Promise<T | Unavailable>
  /** Aborts the logins in flight. */
  close(): Promise<void>
}

export function createLoginRunner({
  site,
  loginPage,
  limits,
  logger,
  now,
  onStep,
  onTrouble,
}: LoginRunnerOptions): LoginRunner {
  const open = new Set<SchoolSession>()
  const report = (step: Step) => {
    logger.debug({ step: step.name, saw: step.saw, ms: Math.round(step.ms) }, 'school login step')
    onStep(step)
  }

  return {
    async run(jar, ask, work) {
      const session = new SchoolSession({ site, loginPage, limits, jar, signal: ask?.signal })
      open.add(session)
      try {
        return await work({ session, limits, now, onStep: report })
      } catch (error) {
        if (error instanceof SchoolError) onTrouble(error)
        return answerToError(error, logger)
      } finally {
        open.delete(session)
        await session.close()
      }
    },
    async close() {
      await Promise.all([...open].map((session) => session.close()))
    },
  }
}
