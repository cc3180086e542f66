import { loginByReading } from '../form-login/captcha-login.ts'
import type { CaptchaFate } from '../form-login/captcha-reader.ts'
import type { CaptchaSource } from '../form-login/captcha-source.ts'
import type { Credentials, Login } from '../form-login/login.ts'
import type { Verification } from '../verifier.ts'
import type { Dialect } from './dialects/dialect.ts'
import { proveLogin, tryLogon } from './login.ts'
import { type LogonMeaning, readLogonAnswer } from './logon-answer.ts'

/** Tries until a captcha is accepted. */
export async function loginInDialect(
  login: Login,
  dialect: Dialect,
  credentials: Credentials,
  nextCaptcha: CaptchaSource,
  onCaptcha: (fate: CaptchaFate) => void,
): Promise<Verification> {
  const tryOnce = async (captcha = '') => readLogonAnswer(await tryLogon(login, dialect, credentials, captcha))
  return conclude(login, await loginByReading({ limits: login.limits, nextCaptcha, tryOnce, onCaptcha }))
}

/**
 * Tries one dialect after the other while the school rejects the credentials, because it may also reject a dialect
 * that it does not understand. The school counts a wrong password only in the dialect that it understands, that is
 * once.
 */
export async function loginByGuessing(
  dialects: readonly Dialect[],
  tryOne: (dialect: Dialect) => Promise<Verification>,
  told: { verified: (dialect: Dialect) => void; rejected: (dialect: Dialect) => void },
): Promise<Verification> {
  let verification: Verification = { outcome: 'rejected' }
  for (const dialect of dialects) {
    verification = await tryOne(dialect)
    if (verification.outcome === 'verified') told.verified(dialect)
    if (verification.outcome !== 'rejected') break
    told.rejected(dialect)
  }
  return verification
}

/** One try with a captcha that a person has read. */
export async function loginByAnswer(
  login: Login,
  dialect: Dialect,
  credentials: Credentials,
  captcha: string,
): Promise<Verification> {
  return conclude(login, readLogonAnswer(await tryLogon(login, dialect, credentials, captcha)))
}

async function conclude(login: Login, meaning: LogonMeaning): Promise<Verification> {
  if (meaning !== 'accepted') return { outcome: meaning }
  return { outcome: 'verified', studentCode: await proveLogin(login) }
}
