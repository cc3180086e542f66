import { PasswordPolicyError } from 'ldapts'
import { SchoolError } from '../school-call/school-error.ts'
import type { UnavailableReason, Verification } from '../verifier.ts'
import type { DirectoryResult } from './directory-answer.ts'

export const successCode = 0
export const sizeLimitExceededCode = 4
const constraintViolation = 19
const noSuchObject = 32
const inappropriateAuthentication = 48
const invalidCredentials = 49
const unwillingToPerform = 53

/** Result codes of RFC 4511, A.2. All others are a fault. */
const reasons: Readonly<Record<number, UnavailableReason>> = {
  2: 'not-understood',
  3: 'timeout',
  // The directory requires another login method or a more secure connection.
  7: 'unsupported',
  8: 'unsupported',
  13: 'unsupported',
  10: 'redirected',
  51: 'busy',
  52: 'maintenance',
}

/** Codes that directories also use to refuse a login for other reasons, which only the message distinguishes. */
const wordy = [invalidCredentials, constraintViolation, unwillingToPerform]
const refused = [invalidCredentials, inappropriateAuthentication, noSuchObject]

/** Active Directory (`data 775`), 389 and FreeIPA (`Exceed password retry limit`, `Too many failed logins`), eDirectory (-197). */
const locked =
  /\bdata 775\b|retry limit|too many failed logins|account (is |has been )?(temporarily )?locked|locked out|\(-197\)/i
/** Active Directory (530, 531 not here and now; 533 disabled, 701 expired), FreeIPA (`Account inactivated`), eDirectory (-220 expired). */
const refusedPerson = /\bdata (530|531|533|701)\b|account (is |has been )?(inactivated|disabled|expired)|\(-220\)/i
/** Active Directory: the password is correct but must first be changed at the school. */
const changeWanted = /\bdata (532|773)\b/i
const changePolicies: readonly number[] = [PasswordPolicyError.PasswordExpired, PasswordPolicyError.ChangeAfterReset]

/** What a bind with the student's password proves. @throws SchoolError if it proves nothing */
export function judgeLogin(result: DirectoryResult, studentCode: string): Verification {
  const { code, diagnostic, policyError } = result
  if (code === successCode) return { outcome: 'verified', studentCode }
  if (wordy.includes(code)) {
    if (policyError === PasswordPolicyError.AccountLocked || locked.test(diagnostic)) return { outcome: 'locked' }
    if (refusedPerson.test(diagnostic)) return { outcome: 'not-admitted' }
    if (changeWanted.test(diagnostic) || changePolicies.includes(policyError ?? -1)) return { outcome: 'action-wanted' }
  }
  if (refused.includes(code)) return { outcome: 'rejected' }
  // An unknown code concerns this login, not the directory as a whole.
  throw new SchoolError(reasons[code] ?? 'login-fault', `login: result code ${code}`)
}

export function resultTrouble({ code }: DirectoryResult, step: string): SchoolError {
  return new SchoolError(reasons[code] ?? 'fault', `${step}: result code ${code}`)
}
