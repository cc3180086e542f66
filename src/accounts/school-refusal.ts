import type { UnavailableReason, Verification } from '../identity/verifier.ts'
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
  unsupported: 'school-not-understood',
  stopping: 'stopping',
}

/** Of a school that is asked, whoever asks. */
export const schoolRefusals = [
  'school-rejected',
  'school-not-understood',
  'school-captcha-failed',
  'school-busy',
  'school-down',
  'school-timeout',
  'stopping',
] as const satisfies ErrorCode[]

/** Of a route that wants a proof. */
export const proofRefusals = [
  'parameter-missing',
  'student-number-malformed',
  'challenge-invalid',
  'ticket-invalid',
  ...schoolRefusals,
  'school-locked',
  'school-step-up-wanted',
  'school-captcha-wrong',
  'school-asks-captcha',
  'too-many-requests',
] as const satisfies ErrorCode[]

/** What a school's answer other than `verified` means for the person who asked. */
export function refusalOf(verification: Exclude<Verification, { outcome: 'verified' }>): DomainError {
  switch (verification.outcome) {
    case 'rejected':
      return new DomainError('school-rejected')
    case 'locked':
      return new DomainError('school-locked')
    case 'step-up-wanted':
      return new DomainError('school-step-up-wanted')
    case 'captcha-wrong':
      return new DomainError('school-captcha-wrong')
    case 'unavailable':
      return new DomainError(codes[verification.reason], retry(verification.retryAfterSeconds))
  }
}

function retry(retryAfterSeconds: number | undefined) {
  return retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
}
