import type { UnavailableReason, Verification } from '../schools/verifier.ts'
import { DomainError, type ErrorCode } from '../shared/errors.ts'

const codes: Record<UnavailableReason, ErrorCode> = {
  'captcha-unreadable': 'school-captcha-failed',
  'captcha-refused': 'school-captcha-failed',
  'captcha-wanted': 'school-asks-captcha',
  busy: 'school-busy',
  resting: 'school-down',
  timeout: 'school-timeout',
  'connection-refused': 'school-down',
  'not-understood': 'school-not-understood',
  redirected: 'school-not-understood',
  'too-large': 'school-not-understood',
  maintenance: 'school-down',
  fault: 'school-not-understood',
  'login-fault': 'school-not-understood',
  unsupported: 'school-not-understood',
  stopping: 'stopping',
}

const outcomes: Record<Exclude<Verification['outcome'], 'verified' | 'unavailable'>, ErrorCode> = {
  rejected: 'school-rejected',
  locked: 'school-locked',
  'step-up-wanted': 'school-step-up-wanted',
  'not-admitted': 'school-not-admitted',
  'action-wanted': 'school-action-wanted',
  'no-student': 'school-no-student',
  'ticket-spent': 'ticket-invalid',
  'captcha-wrong': 'school-captcha-wrong',
}

/** Of a school that is asked, whoever asks. */
export const schoolRefusals = [
  'school-not-understood',
  'school-captcha-failed',
  'school-busy',
  'school-down',
  'school-timeout',
  'stopping',
] as const satisfies ErrorCode[]

/** Of a login at the school's own page: no password comes here, so none is blamed. */
export const casRefusals = [...schoolRefusals, 'ticket-invalid', 'school-no-student'] as const satisfies ErrorCode[]

/** Of a route that wants a proof. */
export const proofRefusals = [
  'parameter-missing',
  'student-number-malformed',
  'challenge-invalid',
  'ticket-invalid',
  ...schoolRefusals,
  'school-rejected',
  'school-locked',
  'school-step-up-wanted',
  'school-not-admitted',
  'school-action-wanted',
  'school-captcha-wrong',
  'school-asks-captcha',
  'too-many-requests',
] as const satisfies ErrorCode[]

/** Of a route that sets a password. */
export const passwordRefusals = [
  'password-length',
  'password-is-user-name',
  'password-common',
] as const satisfies ErrorCode[]

/** What a school's answer other than `verified` means for the person who asked. */
export function refusalOf(verification: Exclude<Verification, { outcome: 'verified' }>): DomainError {
  if (verification.outcome !== 'unavailable') return new DomainError(outcomes[verification.outcome])
  return new DomainError(codes[verification.reason], retry(verification.retryAfterSeconds))
}

function retry(retryAfterSeconds: number | undefined) {
  return retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
}
