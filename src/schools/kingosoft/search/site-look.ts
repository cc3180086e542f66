import { imageType } from '../../form-login/captcha-image.ts'
import { emptyJar } from '../../form-login/cookies.ts'
import type { Login } from '../../form-login/login.ts'
import { type SchoolAnswer, SchoolSession } from '../../form-login/school-session.ts'
import { saysMaintenance } from '../../school-call/page-text.ts'
import { SchoolError } from '../../school-call/school-error.ts'
import { addressOf, pathBelow, type SchoolSite } from '../../school-call/school-site.ts'
import { isUnifiedLogin, jumpIn, systemIn } from '../../school-call/site-kind.ts'
import { looksFit, looksTroubled, looksWrong } from '../../school-call/site-trouble.ts'
import type { SiteLook } from '../../verifier.ts'
import { captchaPath, loginPagePath } from '../login.ts'
import type { Detection } from './dialect-detection.ts'

export interface SiteLookOptions {
  login: Login
  site: SchoolSite
  /** What a page reveals about its dialect. @throws SchoolError `unsupported` for K4 */
  detect: (page: string) => Promise<Detection>
}

const kingosoftSystem = 'KINGOSOFT (青果)'
/** The statuses that a wrong address may return, except server errors. */
const told = [301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 410]
/** A `SCHOOL_URL` that ends in the name of a page. */
const pageName = /\/[^/]*\.(?:action|jsp|html?|do|aspx?|php)$/i
const maxRoots = 5

/** Opens the login page as a browser would, without a login, and describes what is wrong with the address. */
export async function lookAtSite(options: SiteLookOptions): Promise<SiteLook> {
  const { login, site } = options
  try {
    if (pageName.test(site.root)) return await wrongRoot(options, 'SCHOOL_URL is the address of a page')
    const answer = await login.session.call({ method: 'GET', path: loginPagePath, reads: told })
    if (answer.redirectsTo !== undefined) return await leadsTo(options, answer.redirectsTo)
    if (answer.status >= 300)
      return await wrongRoot(options, `${addressOf(site, loginPagePath)}: HTTP status ${answer.status}`)
    return await judgePage(options, answer.text)
  } catch (error) {
    if (error instanceof SchoolError) return looksTroubled(site.origin, error)
    throw error
  }
}

async function judgePage(options: SiteLookOptions, page: string): Promise<SiteLook> {
  const { login, site, detect } = options
  if (saysMaintenance(page)) throw new SchoolError('maintenance', `${loginPagePath.slice(1)}: a page of maintenance`)
  const system = systemIn(page)
  const jump = jumpIn(page)
  if (system !== kingosoftSystem && jump !== undefined)
    return leadsTo(options, pathBelow(site, jump, loginPagePath) ?? jump)
  if (system !== undefined && system !== kingosoftSystem)
    return wrongRoot(options, `${addressOf(site, loginPagePath)}: ${notOurs(system)}`)
  const { verdict, candidates } = await detect(page)
  const shown = verdict === 'sure' ? `shows its dialect, ${candidates[0]}` : 'does not show its dialect for sure'
  if (system === kingosoftSystem) return looksFit(`a login page of ${kingosoftSystem}, which ${shown}`)
  const { bytes } = await login.session.call({ method: 'GET', path: captchaPath, reads: told })
  if (imageType(bytes) !== undefined) return looksFit(`a captcha as ${kingosoftSystem} has it; the login page ${shown}`)
  return wrongRoot(options, `${addressOf(site, loginPagePath)}: a page that is not KINGOSOFT's`)
}

function notOurs(system: string): string {
  return system === 'a CAS server' || system === '金智 authserver'
    ? `${system}: ${unified}`
    : `this is ${system}, not KINGOSOFT: SCHOOL=kingosoft cannot log in there`
}

const unified =
  "a unified login stands in front of the school's system. Ask the school for the address of the system's own login, or for SCHOOL=cas"

/** `address` has the form of `SchoolAnswer.redirectsTo`. */
async function leadsTo(options: SiteLookOptions, address: string): Promise<SiteLook> {
  const { site } = options
  const from = addressOf(site, loginPagePath)
  const url = new URL(address.startsWith('/') ? addressOf(site, address) : address, from)
  const target = `${url.origin}${url.pathname}`
  if (
    target === addressOf({ ...site, origin: url.origin }, loginPagePath) &&
    url.protocol === 'https:' &&
    !site.origin.startsWith('https:')
  )
    return looksWrong(`${from} leads to https: set SCHOOL_URL=${url.origin}${site.root}`)
  if (isUnifiedLogin(target)) return looksWrong(`${from} leads to ${target}: ${unified}`)
  const root = rootIn(url.pathname)
  if (root !== undefined && target !== from)
    return looksWrong(`${from} leads to ${target}: set SCHOOL_URL=${url.origin}${root}`)
  return wrongRoot(options, `${from} leads to ${target}, and redirects are not followed`)
}

/** Searches for the web root above the address, and checks where the site's first page leads. */
async function wrongRoot(options: SiteLookOptions, trouble: string): Promise<SiteLook> {
  const { site } = options
  const front = await peek(options, '', '/')
  for (const root of [...rootsAbove(site.root), ...rootsNamedBy(front)].slice(0, maxRoots)) {
    const page = root === site.root ? undefined : await peek(options, root, loginPagePath)
    if (page?.status === 200 && systemIn(page.text) === kingosoftSystem)
      return looksWrong(`${trouble}. The web root of this school is another: set SCHOOL_URL=${site.origin}${root}`)
  }
  const lead = front?.redirectsTo ?? (front && jumpIn(front.text))
  if (lead !== undefined && isUnifiedLogin(new URL(lead, site.origin).href)) return looksWrong(`${trouble}; ${unified}`)
  const system = front && systemIn(front.text + (lead ?? ''))
  if (system !== undefined && system !== kingosoftSystem)
    return looksWrong(`${trouble}. At ${site.origin}/ ${notOurs(system)}`)
  return looksWrong(
    `${trouble}. SCHOOL_URL has to be the address of the login page up to ${loginPagePath}, with the web root before it`,
  )
}

/** Fetches a page at another web root of the same site. Undefined if it cannot be fetched. */
async function peek({ login, site }: SiteLookOptions, root: string, path: string): Promise<SchoolAnswer | undefined> {
  const { limits, session: whole } = login
  const place = { site: { ...site, root }, loginPage: loginPagePath }
  const session = new SchoolSession({ ...place, limits, jar: emptyJar(), signal: whole.signal })
  try {
    return await session.call({ method: 'GET', path, reads: told })
  } catch (error) {
    if (error instanceof SchoolError) return undefined
    throw error
  } finally {
    await session.close()
  }
}

/** `/a/b/c` → `/a/b`, `/a` and the empty root. */
function rootsAbove(root: string): string[] {
  const parts = root.split('/').slice(1)
  return parts.map((_, at) =>
    parts
      .slice(0, parts.length - 1 - at)
      .map((part) => `/${part}`)
      .join(''),
  )
}

function rootsNamedBy(front: SchoolAnswer | undefined): string[] {
  if (!front) return []
  const lead = front.redirectsTo ?? jumpIn(front.text) ?? ''
  const named = [rootIn(lead), rootIn(front.text)].filter((root) => root !== undefined)
  const folder = /^\/?([\w-]{1,40})\/?$/.exec(lead)?.[1] ?? /^\/([\w-]{1,40})\//.exec(lead)?.[1]
  return [...named, ...(folder === undefined ? [] : [`/${folder}`])]
}

/** The part before the login page's path, in an address or a text. */
function rootIn(text: string): string | undefined {
  const end = text.indexOf(loginPagePath)
  return end < 0 ? undefined : (/(?:\/[\w-]{1,40}){0,4}$/.exec(text.slice(Math.max(0, end - 200), end))?.[0] ?? '')
}
