import type { CaptchaFate } from '../captcha-monitor.ts'
import { captchaForm } from '../form-login/captcha-reader.ts'
import type { CaptchaSource } from '../form-login/captcha-source.ts'
import { SchoolError } from '../school-call/school-error.ts'
import type { Verification } from '../verifier.ts'
import type { Dialect } from './dialect.ts'
import { type Credentials, type Login, proveLogin, tryLogon } from './login.ts'
import { type LogonMeaning, readLogonAnswer } from './logon-answer.ts'

/** Tries until a captcha is accepted: while it is refused, the password has not been looked at. */
export async function loginByReading(
  login: Login,
  dialect: Dialect,
  credentials: Credentials,
  nextCaptcha: CaptchaSource,
  onCaptcha: (fate: CaptchaFate) => void,
): Promise<Verification> {
  for (let refused = 0; refused < login.limits.refusedCaptchas; refused++) {
    const meaning = readLogonAnswer(await tryLogon(login, dialect, credentials, await nextCaptcha()))
    onCaptcha(meaning === 'captcha-wrong' ? 'refused' : 'accepted')
    if (meaning !== 'captcha-wrong') return conclude(login, meaning)
  }
  throw new SchoolError('captcha-refused', `the school refused ${login.limits.refusedCaptchas} captchas in a row`)
}

/**
 * In one dialect after the other while the school refuses the credentials, which is also what it may say of a dialect
 * that it does not understand. It counts a wrong password only where it found one, that is once.
 */
export async function loginByGuessing(
  dialects: readonly Dialect[],
  tryOne: (dialect: Dialect) => Promise<Verification>,
  onVerified: (dialect: Dialect) => void,
): Promise<Verification> {
  let verification: Verification = { outcome: 'rejected' }
  for (const dialect of dialects) {
    verification = await tryOne(dialect)
    if (verification.outcome === 'verified') onVerified(dialect)
    if (verification.outcome !== 'rejected') break
  }
  return verification
}

/** One try with a person's reading. */
export async function loginByAnswer(
  login: Login,
  dialect: Dialect,
  credentials: Credentials,
  captcha: string,
): Promise<Verification> {
  return conclude(login, readLogonAnswer(await tryLogon(login, dialect, credentials, captcha)))
}

/** What a person typed, as a captcha that may be sent; undefined when it cannot be one. */
export function typedCaptcha(text: string): string | undefined {
  const captcha = text.normalize('NFKC').replace(/\s+/g, '')
  return captchaForm.test(captcha) ? captcha : undefined
}

async function conclude(login: Login, meaning: LogonMeaning): Promise<Verification> {
  if (meaning !== 'accepted') return { outcome: meaning }
  return { outcome: 'verified', studentCode: await proveLogin(login) }
}
