import type { CaptchaSource } from '../../form-login/captcha-source.ts'
import type { Login } from '../../form-login/login.ts'
import { looksLikeLogin, scriptPaths } from '../../form-login/page-scripts.ts'
import { SchoolError } from '../../school-call/school-error.ts'
import type { SchoolSite } from '../../school-call/school-site.ts'
import { takeStep } from '../../school-call/step.ts'
import type { Dialect, DialectName } from '../dialects/dialect.ts'
import { dialects } from '../dialects/dialects.ts'
import { loginPagePath } from '../login.ts'
import { type Detection, detectDialect } from './dialect-detection.ts'
import { probeDialect } from './probe.ts'
import type { Finding, SearchMemory } from './search-memory.ts'

export interface Look {
  login: Login
  site: SchoolSite
  openPage: () => Promise<string>
  memory: SearchMemory
}

export interface Search extends Look {
  nextCaptcha: CaptchaSource
  /** Whether what the page shows must also be proven by a trial. */
  doubted: boolean
}

const everyDialect = ['k2-post', 'k2-get', 'k1', 'k3'] as const
/** Calls of the login that follows a search. */
const callsPerLogin = 4

export function only(dialect: Dialect): Finding {
  return { dialect, others: [], hinted: true }
}

export function untold(): SchoolError {
  return new SchoolError('not-understood', 'the login page does not reveal its dialect: set it (SCHOOL_LOGIN)')
}

/**
 * Examines the page, its scripts and the responses to trials. The order yields the most information in the least time.
 * @throws SchoolError if nothing reveals the dialect
 */
export async function search(one: Search): Promise<Finding> {
  const { memory, doubted } = one
  if (memory.found) return memory.found
  const seen = await look(one)
  if (seen.verdict === 'sure' && !doubted) return only(first(seen))
  const names = doubted ? [...new Set([...seen.candidates, ...everyDialect])] : seen.candidates
  const [shown, ...alike] = await probe(one, names)
  if (shown !== undefined && alike.length === 0) return only(dialects[shown])
  const all = await look(one, { whole: true })
  if (all.verdict === 'sure' && !doubted) return only(first(all))
  if (shown === undefined && all.verdict === 'none') throw untold()
  const others = alike.map((name) => dialects[name])
  return { dialect: shown === undefined ? first(all) : dialects[shown], others, hinted: all.verdict !== 'none' }
}

/**
 * Examines the page and its scripts, beginning with those that look like a login's. If there is no time for the other
 * scripts and a login, they are left for later, unless `whole` is set.
 * @throws SchoolError `unsupported` for K4
 */
export async function look(one: Look, { whole = false } = {}): Promise<Detection> {
  const { login, site, memory, openPage } = one
  memory.page ??= await openPage()
  const { page } = memory
  const paths = scriptPaths(page, loginPagePath, site)
  const detect = () => detectDialect([page, ...memory.scripts.values()].join('\n'))
  const next = () => {
    const left = paths.filter((path) => !memory.scripts.has(path))
    return left.find((path) => looksLikeLogin(path) || whole || hasTimeFor(one, left.length))
  }
  let seen = detect()
  const readOn = async () => {
    for (let path = next(); path !== undefined && !tells(seen); path = next()) {
      const text = await fetchScript(login, path)
      memory.scripts.set(path, text)
      if (text !== '') seen = detect()
    }
  }
  const describe = () =>
    `${memory.scripts.size} of ${paths.length} read, ${[...memory.scripts.values()].filter(Boolean).length} log in`
  if (!tells(seen) && next() !== undefined) await takeStep(login.onStep, 'scripts', readOn, describe)
  if (seen.verdict === 'k4') throw k4()
  return seen
}

function k4(): SchoolError {
  return new SchoolError(
    'unsupported',
    'the login page speaks K4 (2023 on, temporary keys and SMS), which is not supported',
  )
}

function tells({ verdict }: Detection): boolean {
  return verdict === 'sure' || verdict === 'k4'
}

function first({ candidates: [name = 'k2-post'] }: Detection): Dialect {
  return dialects[name]
}

/** Whether this many calls and a login after them fit into the remaining time. */
function hasTimeFor({ login, memory }: Look, calls: number): boolean {
  const callMs = Math.max(login.session.slowestCallMs, memory.slowestCallMs)
  return (calls + callsPerLogin) * callMs <= login.session.msLeft
}

/** A script that cannot be fetched, or not within the time of a call, is ignored. It does not fail the search. */
async function fetchScript({ session }: Login, path: string): Promise<string> {
  try {
    const { text } = await session.call({ method: 'GET', path })
    return text.includes('logon.action') ? text : ''
  } catch (error) {
    if (error instanceof SchoolError && !session.signal.aborted) return ''
    throw error
  }
}

async function probe({ login, nextCaptcha, memory }: Search, candidates: readonly DialectName[]) {
  try {
    return await probeDialect(login, candidates, nextCaptcha, memory.trials)
  } catch (error) {
    // If a person reads the captchas, a probe that cannot read them must not block the login.
    if (error instanceof SchoolError && error.reason === 'captcha-unreadable') return []
    throw error
  }
}
