import type { UnavailableReason, Verification } from '../../schools/verifier.ts'
import { DomainError, type ErrorCode, type ErrorDetails } from '../../shared/errors.ts'

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

/** Errors of any route that asks the school. */
export const schoolRefusals = [
  'school-not-understood',
  'school-captcha-failed',
  'school-busy',
  'school-queue',
  'school-down',
  'school-timeout',
  'stopping',
] as const satisfies ErrorCode[]

/** Errors of a login at the school's own page. This service receives no password there, so none can be wrong. */
export const casRefusals = [...schoolRefusals, 'ticket-invalid', 'school-no-student'] as const satisfies ErrorCode[]

/** Errors of a route that requires a verification. */
export const proofRefusals = [
  'parameter-missing',
  'student-number-malformed',
  'student-number-of-another-form',
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
  'school-try-under-way',
  'too-many-requests',
] as const satisfies ErrorCode[]

/** Errors of a route that takes a new password together with a verification. */
export const passwordRefusals = [
  'password-length',
  'password-is-user-name',
  'password-is-student-number',
  'password-is-school-password',
  'password-common',
] as const satisfies ErrorCode[]

/**
 * Maps a verification other than `verified` to the error for the client, with the remaining tries if the result counts
 * as one.
 */
export function refusalOf(
  verification: Exclude<Verification, { outcome: 'verified' }>,
  left?: ErrorDetails['rateLimit'],
): DomainError {
  const { outcome } = verification
  if (outcome === 'rejected') return new DomainError(outcomes[outcome], left && { rateLimit: left })
  if (outcome !== 'unavailable') return new DomainError(outcomes[outcome])
  const { reason, retryAfterSeconds, ahead, place } = verification
  const code = reason === 'busy' && ahead !== undefined ? 'school-queue' : codes[reason]
  return new DomainError(code, {
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(ahead !== undefined && { ahead }),
    ...(place !== undefined && { place }),
  })
}
