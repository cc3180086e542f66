import type { TestContext } from 'node:test'
import { createKingosoftVerifier, type KingosoftOptions } from '../../src/schools/kingosoft/kingosoft.verifier.ts'
import { patience } from '../support/patience.ts'
import { recordingLogger } from './recording-logger.ts'
import { type Scripts, startScriptedSchool } from './scripted-school.ts'

export const proof = { studentNumber: '4142100101', schoolPassword: 'canary-Pa55&=+密' }

/** The production limits, scaled down. */
/** On a quiet machine. */
export const quiet = { callMs: 400, loginMs: 1000 }
export const limits = { callMs: patience(quiet.callMs), loginMs: patience(quiet.loginMs), answerBytes: 4096 }

/** A scripted school and a verifier that calls it, both closed after the test. */
export async function schoolAndVerifier(
  t: TestContext,
  scripts: Scripts = {},
  options: Partial<KingosoftOptions> = {},
  place: Parameters<typeof startScriptedSchool>[1] = {},
) {
  const school = await startScriptedSchool(scripts, place)
  const logger = recordingLogger()
  const verifier = createKingosoftVerifier({
    baseUrl: school.url,
    login: 'k2-post',
    readCaptcha: () => ({ digits: '9035', margin: 1 }),
    captchaMode: 'read',
    limits,
    logger,
    ...options,
  })
  t.after(async () => {
    await verifier.close()
    await school.close()
  })
  return { school, verifier, logger }
}
