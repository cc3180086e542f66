import { readFileSync } from 'node:fs'
import { type Config, ConfigError } from '../config.ts'
import { createCaptchaWatch } from '../identity/captcha-watch.ts'
import type { CasLogin } from '../identity/cas/cas-login.ts'
import { type GuardedVerifier, guardVerifier } from '../identity/guarded-verifier.ts'
import type { CaptchaReader } from '../identity/kingosoft/captcha-reader.ts'
import type { Logger } from '../identity/logger.ts'
import type { StudentVerifier } from '../identity/verifier.ts'

export type SchoolConfig = Pick<
  Config,
  'school' | 'schoolUrl' | 'schoolLogin' | 'schoolCaptcha' | 'schoolCa' | 'schoolConcurrency' | 'ldap' | 'cas'
>

export interface SchoolDeps {
  config: SchoolConfig
  readCaptcha: CaptchaReader
  logger: Logger
}

export interface School {
  verifier: GuardedVerifier
  /** Where students are proven by the school's own login page. */
  cas?: CasLogin
  close(): Promise<void>
}

/** The configured school. The simulated one is asked over loopback by the same adapter as a real one. */
export async function openSchool(deps: SchoolDeps): Promise<School> {
  switch (deps.config.school) {
    case 'ldap':
      return openDirectory(deps)
    case 'cas':
      return openCas(deps)
    default:
      return openKingosoft(deps)
  }
}

async function openKingosoft({ config, readCaptcha, logger }: SchoolDeps): Promise<School> {
  const { createKingosoftVerifier } = await import('../identity/kingosoft/kingosoft.verifier.ts')
  const demo = config.school === 'demo' ? await startDemo(logger) : undefined
  const captchas = createCaptchaWatch({ mode: config.schoolCaptcha, logger })
  const inner = createKingosoftVerifier({
    baseUrl: demo?.url ?? config.schoolUrl ?? '',
    login: config.schoolLogin,
    readCaptcha,
    captchaMode: config.schoolCaptcha,
    ca: authorityOf(config),
    logger,
    onCaptcha: captchas.report,
  })
  const verifier = guardVerifier(inner, { logger, captchas, concurrency: config.schoolConcurrency })
  return {
    verifier,
    close: async () => {
      await verifier.close()
      await demo?.close()
    },
  }
}

async function openDirectory({ config, logger }: SchoolDeps): Promise<School> {
  const { createLdapVerifier } = await import('../identity/ldap/ldap.verifier.ts')
  const options = { url: config.schoolUrl ?? '', ca: authorityOf(config), ...config.ldap, logger }
  const inner = named('SCHOOL_URL, LDAP_*', () => createLdapVerifier(options))
  const verifier = guardVerifier(inner, { logger, concurrency: config.schoolConcurrency })
  return { verifier, close: () => verifier.close() }
}

async function openCas({ config, logger }: SchoolDeps): Promise<School> {
  const { createCasLogin } = await import('../identity/cas/cas-login.ts')
  const cas = createCasLogin({
    baseUrl: config.schoolUrl ?? '',
    ca: authorityOf(config),
    ...config.cas,
    logger,
    guard: (inner) => guardVerifier(inner, { logger, concurrency: config.schoolConcurrency }),
  })
  return { verifier: guardVerifier(takesNoPassword, { logger }), cas, close: () => cas.close() }
}

/** A school with a login page of its own: its password is none of ours. */
const takesNoPassword: StudentVerifier = {
  verify: async () => ({ outcome: 'unavailable', reason: 'unsupported', detail: 'SCHOOL=cas takes no password' }),
  close: async () => undefined,
}

/** @throws ConfigError when the file cannot be read */
export function authorityOf({ schoolCa }: Pick<Config, 'schoolCa'>): string | undefined {
  return schoolCa === undefined ? undefined : named('SCHOOL_CA', () => readFileSync(schoolCa, 'utf8'))
}

function named<T>(variable: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw new ConfigError(`${variable}: ${error instanceof Error ? error.message : 'cannot be used'}`)
  }
}

async function startDemo(logger: Logger) {
  const { startSimulatedSchool } = await import('../simulated-school/simulated-school.ts')
  const school = await startSimulatedSchool()
  logger.warn(
    { school: school.url },
    'SCHOOL=demo: a simulated school, anyone who knows its demo students can register',
  )
  return { url: school.url, close: () => school.close() }
}
