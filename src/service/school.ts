import type { Config } from '../config.ts'
import { createCaptchaWatch } from '../identity/captcha-watch.ts'
import { type GuardedVerifier, guardVerifier } from '../identity/guarded-verifier.ts'
import type { CaptchaReader } from '../identity/kingosoft/captcha-reader.ts'
import { createKingosoftVerifier } from '../identity/kingosoft/kingosoft.verifier.ts'
import type { Logger } from '../identity/logger.ts'

export interface SchoolDeps {
  config: Pick<Config, 'school' | 'schoolUrl'>
  readCaptcha: CaptchaReader
  logger: Logger
}

export interface School {
  verifier: GuardedVerifier
  close(): Promise<void>
}

/** The configured school. The simulated one is asked over loopback by the same adapter as a real one. */
export async function openSchool({ config, readCaptcha, logger }: SchoolDeps): Promise<School> {
  const demo = config.school === 'demo' ? await startDemo(logger) : undefined
  const captchas = createCaptchaWatch({ mode: 'read', logger })
  const inner = createKingosoftVerifier({
    baseUrl: demo?.url ?? config.schoolUrl ?? '',
    login: 'auto',
    readCaptcha,
    captchaMode: 'read',
    logger,
    onCaptcha: captchas.report,
  })
  const verifier = guardVerifier(inner, { logger, captchas })
  return {
    verifier,
    close: async () => {
      await verifier.close()
      await demo?.close()
    },
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
