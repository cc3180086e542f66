import type { CookieJar } from 'tough-cookie'
import type { Logger } from '../logger.ts'
import { SchoolError } from '../school-call/school-error.ts'
import type { SchoolSite } from '../school-call/school-site.ts'
import type { AskOptions, Unavailable } from '../verifier.ts'
import type { Limits } from './limits.ts'
import type { Login } from './login.ts'
import { SchoolSession } from './school-session.ts'
import type { OnStep, Step } from './step.ts'

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
  const tell = (step: Step) => {
    logger.debug({ step: step.name, saw: step.saw, ms: Math.round(step.ms) }, 'school login step')
    onStep(step)
  }

  function toUnavailable(error: unknown): Unavailable {
    if (error instanceof SchoolError) {
      onTrouble(error)
      return error.toAnswer()
    }
    // A bug in the adapter. The error's message and stack are not logged, because they may contain the password.
    const kind = error instanceof Error ? error.name : typeof error
    logger.error({ kind }, 'the school adapter failed')
    return { outcome: 'unavailable', reason: 'fault', detail: `the adapter failed: ${kind}` }
  }

  return {
    async run(jar, ask, work) {
      const session = new SchoolSession({ site, loginPage, limits, jar, signal: ask?.signal })
      open.add(session)
      try {
        return await work({ session, limits, now, onStep: tell })
      } catch (error) {
        return toUnavailable(error)
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
