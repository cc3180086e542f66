import type { CaptchaSource } from '../form-login/captcha-source.ts'
import { scriptPaths } from '../form-login/page-scripts.ts'
import { LOGIN_PAGE } from '../form-login/school-session.ts'
import { takeStep } from '../form-login/step.ts'
import { SchoolError } from '../school-call/school-error.ts'
import type { SchoolSite } from '../school-call/school-site.ts'
import type { Dialect, DialectName } from './dialect.ts'
import { detectDialect, type Evidence } from './dialect-detection.ts'
import { dialects } from './dialects.ts'
import type { Login } from './login.ts'
import { probeDialect, type Trials } from './probe.ts'

export type DialectChoice = 'auto' | DialectName

export interface Finding {
  dialect: Dialect
  /** Those that nothing but a student's own login can tell from it. */
  others: readonly Dialect[]
  /** Something speaks for `dialect` before the others. */
  hinted: boolean
}

export interface DialectFinder {
  find(login: Login, page: string, nextCaptcha: CaptchaSource): Promise<Finding>
  /** After a login that the school accepted in this dialect. */
  settle(dialect: Dialect): void
  /** After an answer that this dialect does not explain. */
  forget(): void
  /** After the school has rejected everybody: then only its own answers tell the dialect, whatever its page shows. */
  doubt(): void
}

/** The dialect that the operator set, or the one that the site shows, found once and remembered. No student's password is spent. */
export function createDialectFinder(choice: DialectChoice, site: SchoolSite): DialectFinder {
  let known = choice === 'auto' ? undefined : dialects[choice]
  let doubted = false
  const trials = createTrials()
  return {
    async find(login, page, nextCaptcha) {
      const how = choice === 'auto' ? (known ? 'remembered' : 'found out') : 'set by the operator'
      const find = async () =>
        known ? only(known) : await trials.run((trials) => findOut({ login, site, page, nextCaptcha, trials, doubted }))
      const finding = await takeStep(login.onStep, 'dialect', find, (found) => `${namesOf(found)}, ${how}`)
      if (finding.others.length === 0) known = finding.dialect
      return finding
    },
    settle(dialect) {
      known = dialect
      doubted = false
    },
    forget() {
      if (choice === 'auto') known = undefined
    },
    doubt() {
      this.forget()
      doubted = choice === 'auto'
    },
  }
}

const everyDialect = ['k2-post', 'k2-get', 'k1', 'k3'] as const

function only(dialect: Dialect): Finding {
  return { dialect, others: [], hinted: true }
}

function namesOf({ dialect, others }: Finding): string {
  return [dialect, ...others].map(({ name }) => name).join(' or ')
}

/** How long what was found stands, in milliseconds. */
const trialsLast = 120_000

/** Only a search that ran out of time is taken up by the next login. */
function createTrials() {
  let trials: Trials = new Map()
  let begunAt = 0
  return {
    async run<T>(search: (trials: Trials) => Promise<T>): Promise<T> {
      const now = performance.now()
      if (trials.size === 0 || now - begunAt > trialsLast) {
        trials = new Map()
        begunAt = now
      }
      try {
        const found = await search(trials)
        trials = new Map()
        return found
      } catch (error) {
        if (error instanceof SchoolError && error.reason !== 'timeout') trials = new Map()
        throw error
      }
    },
  }
}

interface Search {
  login: Login
  site: SchoolSite
  page: string
  nextCaptcha: CaptchaSource
  trials: Trials
  /** Whether what the page shows has to be proven too. */
  doubted: boolean
}

async function findOut({ login, site, page, nextCaptcha, trials, doubted }: Search): Promise<Finding> {
  const { verdict, candidates } = await gatherEvidence(login, site, page)
  const [first] = candidates
  if (verdict === 'k4' || first === undefined) {
    throw new SchoolError(
      'unsupported',
      'the login page speaks K4 (2023 on, temporary keys and SMS), which is not supported',
    )
  }
  if (verdict === 'sure' && !doubted) return only(dialects[first])
  const names = doubted ? [...new Set([...candidates, ...everyDialect])] : candidates
  const [shown, ...alike] = await probe(login, names, nextCaptcha, trials)
  if (shown === undefined && verdict === 'none') throw untold()
  const others = alike.map((name) => dialects[name])
  return { dialect: dialects[shown ?? first], others, hinted: verdict !== 'none' }
}

export function untold(): SchoolError {
  return new SchoolError('not-understood', 'the login page does not tell its dialect: set it (SCHOOL_LOGIN)')
}

/** The page first; its scripts only where it leaves a doubt. */
async function gatherEvidence(login: Login, site: SchoolSite, page: string): Promise<Evidence> {
  const evidence = detectDialect(page)
  const paths = scriptPaths(page, LOGIN_PAGE, site)
  if (evidence.verdict === 'sure' || evidence.verdict === 'k4' || paths.length === 0) return evidence
  const fetchAll = async () => {
    const scripts: string[] = []
    for (const path of paths) scripts.push(await fetchScript(login, path))
    return scripts.filter((script) => script.includes('logon.action'))
  }
  const found = await takeStep(
    login.onStep,
    'scripts',
    fetchAll,
    (scripts) => `${scripts.length} of ${paths.length} log in`,
  )
  return detectDialect([page, ...found].join('\n'))
}

/** A script that cannot be had is no evidence, and no reason to fail. */
async function fetchScript({ session }: Login, path: string): Promise<string> {
  try {
    return (await session.call({ method: 'GET', path })).text
  } catch (error) {
    if (error instanceof SchoolError && error.reason !== 'timeout') return ''
    throw error
  }
}

async function probe(
  login: Login,
  candidates: readonly DialectName[],
  nextCaptcha: CaptchaSource,
  trials: Trials,
): Promise<readonly DialectName[]> {
  try {
    return await probeDialect(login, candidates, nextCaptcha, trials)
  } catch (error) {
    // Where a person reads the captchas, a probe that cannot read them must not stand in the way.
    if (error instanceof SchoolError && error.reason === 'captcha-unreadable') return []
    throw error
  }
}
