import type { CaptchaSource } from '../../form-login/captcha-source.ts'
import type { Login } from '../../form-login/login.ts'
import { SchoolError } from '../../school-call/school-error.ts'
import type { SchoolSite } from '../../school-call/school-site.ts'
import { takeStep } from '../../school-call/step.ts'
import type { Dialect, DialectName } from '../dialects/dialect.ts'
import { dialects } from '../dialects/dialects.ts'
import { type Detection, detectDialect } from './dialect-detection.ts'
import { look, only, search } from './dialect-search.ts'
import { emptyMemory, type Finding } from './search-memory.ts'

export type DialectChoice = 'auto' | DialectName

export interface DialectFinder {
  /** `openPage` is called if the dialect is not known. */
  find(login: Login, openPage: () => Promise<string>, nextCaptcha: CaptchaSource): Promise<Finding>
  /** Reads the page and its scripts, and remembers what they reveal. @throws SchoolError `unsupported` for K4 */
  look(login: Login, page: string): Promise<Detection>
  /** Called after a login that the school accepted in this dialect. */
  settle(dialect: Dialect): void
  /**
   * Called after a login that the school rejected in this dialect. If several are possible, the next login tries this
   * one last.
   */
  postpone(dialect: Dialect): void
  /** Called after a response that this dialect does not explain. */
  forget(): void
  /**
   * Called after the school has rejected every student. From then on, only the school's own responses decide the
   * dialect, whatever its page shows.
   */
  doubt(): void
}

/** How long the results of a search are valid, in milliseconds. */
const memoryLifetimeMs = 1_800_000

/**
 * Returns the dialect that the operator set, or finds the one that the site uses and remembers it. The search uses no
 * student's password. If it runs out of time, the next login continues it.
 */
export function createDialectFinder(choice: DialectChoice, site: SchoolSite): DialectFinder {
  let known = choice === 'auto' ? undefined : dialects[choice]
  let doubted = false
  let memory = emptyMemory()

  async function takeUp(login: Login, openPage: () => Promise<string>, nextCaptcha: CaptchaSource): Promise<Finding> {
    if (known) return only(known)
    if (performance.now() - memory.begunAt > memoryLifetimeMs) memory = emptyMemory()
    const now = memory
    try {
      const found = await search({ login, site, openPage, nextCaptcha, memory: now, doubted })
      if (found.others.length > 0) now.found = found
      else known = found.dialect
      return found
    } catch (error) {
      // The search has failed, or its remembered results may be the cause of the error.
      if (error instanceof SchoolError && error.reason !== 'timeout') memory = emptyMemory()
      throw error
    } finally {
      now.slowestCallMs = Math.max(now.slowestCallMs, login.session.slowestCallMs)
    }
  }

  return {
    async find(login, openPage, nextCaptcha) {
      const how = choice === 'auto' ? (known ? 'remembered' : 'found out') : 'set by the operator'
      const find = () => takeUp(login, openPage, nextCaptcha)
      return takeStep(login.onStep, 'dialect', find, (found) => `${namesOf(found)}, ${how}`)
    },
    async look(login, page) {
      if (known || doubted) return detectDialect(page)
      memory = { ...emptyMemory(), page }
      const seen = await look({ login, site, openPage: async () => page, memory })
      const [name] = seen.candidates
      if (seen.verdict === 'sure' && name !== undefined) known = dialects[name]
      return seen
    },
    settle(dialect) {
      known = dialect
      doubted = false
    },
    postpone(dialect) {
      const { found } = memory
      if (found?.dialect !== dialect) return
      const [next = dialect, ...others] = found.others
      memory.found = { ...found, dialect: next, others: [...others, dialect] }
    },
    forget() {
      if (choice !== 'auto') return
      known = undefined
      memory = emptyMemory()
    },
    doubt() {
      this.forget()
      doubted = choice === 'auto'
    },
  }
}

function namesOf({ dialect, others }: Finding): string {
  return [dialect, ...others].map(({ name }) => name).join(' or ')
}
