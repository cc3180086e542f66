import { ConfigError } from '../../config/config.ts'
import { readConfig } from '../../config/read-config.ts'
import { loadCaptchaReader } from '../../server/school/captcha-reader.ts'
import { authorityOf } from '../../server/school/school.ts'
import type { SchoolAccess } from './school-check.command.ts'

/**
 * The configured school, for a step-by-step login.
 * @throws ConfigError if logins do not send a password to the school by KINGOSOFT's protocol
 */
export function configuredSchool(env: NodeJS.ProcessEnv): SchoolAccess {
  const config = readConfig(env)
  if (config.school !== 'kingosoft') {
    throw new ConfigError(`SCHOOL is ${config.school}: only SCHOOL=kingosoft can be checked`)
  }
  return {
    baseUrl: config.schoolUrl ?? '',
    login: config.schoolLogin,
    readCaptcha: loadCaptchaReader(config.schoolCaptchaProfile),
    captchaMode: config.schoolCaptcha,
    ca: authorityOf(config),
    studentNumbers: config.studentNumber,
    legacyTls: config.schoolTls === 'legacy',
  }
}
