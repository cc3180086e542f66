import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Config, ConfigError } from '../../config/config.ts'
import { ofRequest } from '../../http/request-context.ts'
import { createCaptchaMonitor } from '../../schools/captcha-monitor.ts'
import type { CasLogin } from '../../schools/cas/cas-login.ts'
import type { CaptchaReader } from '../../schools/form-login/captcha-reader.ts'
import type { Limits } from '../../schools/form-login/limits.ts'
import type { Gate } from '../../schools/gate.ts'
import { type GuardOptions, guardVerifier } from '../../schools/guarded-verifier.ts'
import type { KingosoftOptions } from '../../schools/kingosoft/kingosoft.verifier.ts'
import type { Logger } from '../../schools/logger.ts'
import type { SiteLook, StudentVerifier, Unavailable } from '../../schools/verifier.ts'
import { createSchoolMetrics, type SchoolMetrics } from './school-metrics.ts'

export type SchoolConfig = Pick<
  Config,
  'school' | 'schoolUrl' | 'schoolLogin' | 'schoolCaptcha' | 'schoolCa' | 'schoolTls' | 'ldap' | 'cas' | 'studentNumber'
>

export interface SchoolDeps {
  config: SchoolConfig
  readCaptcha: CaptchaReader
  logger: Logger
  /** URL of a simulated school that is already running. */
  demoUrl?: string | undefined
  /** See `GuardOptions`. */
  stopping?: AbortSignal | undefined
  gate: Gate
  /** For tests: smaller bounds than the adapters' own, which production uses. */
  bounds?: SchoolBounds | undefined
}

export interface SchoolBounds {
  login?: Partial<Limits>
  guard?: Pick<GuardOptions, 'queueLength' | 'queueWaitMs' | 'totalMs' | 'failures' | 'restMs'>
}

export interface School {
  verifier: StudentVerifier
  /** Set if students are verified on the school's own login page. */
  cas?: CasLogin
  /** Checks the school's site without a login. */
  look?: () => Promise<SiteLook | Unavailable>
  /** In Prometheus text format. */
  metrics: () => Promise<string>
  close(): Promise<void>
}

/**
 * Opens the configured school. The simulated one is called over loopback by the same adapter as a real one. Only the adapter of the
 * configured kind is loaded: an LDAP client and an XML parser would add some 20 ms to each start.
 */
export async function openSchool({ logger, ...others }: SchoolDeps): Promise<School> {
  const deps: SchoolDeps = { ...others, logger: ofRequest(logger) }
  switch (deps.config.school) {
    case 'ldap':
      return openDirectory(deps)
    case 'cas':
      return openCas(deps)
    default:
      return openKingosoft(deps)
  }
}

async function openKingosoft(deps: SchoolDeps): Promise<School> {
  const { config, readCaptcha, logger, bounds, demoUrl } = deps
  const demo = config.school === 'demo' && demoUrl === undefined ? await startDemo(logger) : undefined
  const captchas = createCaptchaMonitor({ mode: config.schoolCaptcha, logger })
  const options: KingosoftOptions = {
    baseUrl: demo?.url ?? demoUrl ?? config.schoolUrl ?? '',
    login: config.schoolLogin,
    readCaptcha,
    captchaMode: config.schoolCaptcha,
    ca: authorityOf(config),
    legacyTls: config.schoolTls === 'legacy',
    limits: bounds?.login ?? {},
    logger,
    onCaptcha: captchas.report,
  }
  const { guard, metrics } = guardOf(deps, { captchas })
  const { createKingosoftVerifier } = await import('../../schools/kingosoft/kingosoft.verifier.ts')
  const verifier = guard(createKingosoftVerifier(options))
  return {
    verifier,
    ...lookOf(verifier),
    metrics,
    close: async () => {
      await verifier.close()
      await demo?.close()
    },
  }
}

async function openDirectory(deps: SchoolDeps): Promise<School> {
  const { config, logger } = deps
  const { createLdapVerifier } = await import('../../schools/ldap/ldap.verifier.ts')
  const options = {
    url: config.schoolUrl ?? '',
    ca: authorityOf(config),
    legacyTls: config.schoolTls === 'legacy',
    ...config.ldap,
    logger,
  }
  const inner = named('SCHOOL_URL, LDAP_*', () => createLdapVerifier(options))
  const { guard, metrics } = guardOf(deps)
  const verifier = guard(inner)
  return { verifier, ...lookOf(verifier), metrics, close: () => verifier.close() }
}

async function openCas(deps: SchoolDeps): Promise<School> {
  const { config, logger } = deps
  const { createCasLogin } = await import('../../schools/cas/cas-login.ts')
  const { guard, metrics } = guardOf(deps, { knowsStudents: false })
  const cas = createCasLogin({
    baseUrl: config.schoolUrl ?? '',
    ca: authorityOf(config),
    legacyTls: config.schoolTls === 'legacy',
    ...config.cas,
    studentNumbers: config.studentNumber,
    logger,
    guard,
  })
  return { verifier: takesNoPassword, cas, look: () => cas.look(), metrics, close: () => cas.close() }
}

function lookOf({ look }: StudentVerifier): Pick<School, 'look'> {
  return look ? { look: () => look() } : {}
}

function guardOf(
  { logger, bounds, stopping, gate }: SchoolDeps,
  options: Pick<GuardOptions, 'captchas' | 'knowsStudents'> = {},
) {
  let metrics: SchoolMetrics | undefined
  const guard = (inner: StudentVerifier) => {
    const onLogin = (seconds: number) => metrics?.onLogin(seconds)
    const guarded = guardVerifier(inner, { ...bounds?.guard, ...options, logger, gate, onLogin, stopping })
    metrics = createSchoolMetrics(guarded)
    return guarded
  }
  return { guard, metrics: async () => (await metrics?.text()) ?? '' }
}

/** For a school with its own login page: the service never receives the school password. */
const takesNoPassword: StudentVerifier = {
  verify: async () => ({ outcome: 'unavailable', reason: 'unsupported', detail: 'SCHOOL=cas takes no password' }),
  close: async () => undefined,
}

/** @throws ConfigError if the file cannot be read, contains no certificate, or contains an invalid one */
export function authorityOf({ schoolCa }: Pick<Config, 'schoolCa'>): string | undefined {
  return schoolCa === undefined ? undefined : named('SCHOOL_CA', () => readCertificates(schoolCa))
}

function readCertificates(path: string): string {
  const text = readFileSync(path, 'utf8')
  const certificates = text.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs)
  if (certificates === null) throw new Error(`${path} contains no PEM certificate`)
  // TLS would skip a certificate that it cannot parse, and every login would fail.
  for (const certificate of certificates) new X509Certificate(certificate)
  return text
}

function named<T>(variable: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw new ConfigError(`${variable}: ${error instanceof Error ? error.message : 'cannot be used'}`)
  }
}

export async function startDemo(logger: Logger) {
  const { startSimulatedSchool } = await import('../../tools/simulated-school/simulated-school.ts')
  const school = await startSimulatedSchool()
  logger.warn(
    { school: school.url },
    'SCHOOL=demo: a simulated school, anyone who knows its demo students can register',
  )
  return { url: school.url, close: () => school.close() }
}
