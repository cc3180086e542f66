import type { Charge, RateLimit } from '../../authentication/rate-limits/rate-limit.ts'
import { challengeLifetimeSeconds } from '../../schools/sealed-challenge.ts'
import type { Verification } from '../../schools/verifier.ts'

/**
 * Wrong school passwords for one student number from one network. Leaves some tries to the student if a stranger uses
 * up these.
 */
const passwordHere: RateLimit = { name: 'school-password', points: 2, duration: 3600 }
/**
 * Wrong school passwords for one student number from all networks. Schools lock an account at five, and this service
 * must not cause a lockout.
 */
const password: RateLimit = { name: 'school-password-anywhere', points: 4, duration: 3600 }
/** Logins for which the school requires a code from the phone. Each may have sent the student a text message. */
const codeHere: RateLimit = { name: 'school-code', points: 3, duration: 3600 }
const code: RateLimit = { name: 'school-code-anywhere', points: 5, duration: 3600 }
/** All other results for one student, so that the school is not asked the same question repeatedly. */
const answers: RateLimit = { name: 'school-answer', points: 5, duration: 600 }
/** Wrong school passwords from one network, which a whole campus may share. A successful registration refunds one. */
const passwordsFrom: RateLimit = { name: 'school-passwords-from-address', points: 60, duration: 600, afterwards: true }
/** Wrong captcha answers from one network. */
const captchasFrom: RateLimit = { name: 'school-captchas-from-address', points: 60, duration: 600, afterwards: true }
/** Longer than any login can take. Releases a login whose process died before it ended. */
const underWay = { points: 1, duration: 30, refusal: 'school-try-under-way' } as const
const studentUnderWay: RateLimit = { name: 'school-try', ...underWay }
const answerUnderWay: RateLimit = { name: 'school-answer-try', ...underWay, always: true }
const challengeOnce: RateLimit = {
  name: 'challenge',
  points: 1,
  duration: challengeLifetimeSeconds,
  refusal: 'challenge-invalid',
  always: true,
}
/** Challenges issued to one network. */
const challengesFrom: RateLimit = { name: 'challenges-from-address', points: 120, duration: 600 }
/** Tickets from one network that the school does not know. */
const ticketsFrom: RateLimit = { name: 'school-tickets-from-address', points: 20, duration: 600 }

export const schoolLimits = [
  ...[passwordHere, password, codeHere, code, answers, passwordsFrom, captchasFrom, challengesFrom, ticketsFrom],
  ...[studentUnderWay, answerUnderWay, challengeOnce],
]

export const challengeCharge = (network: string): Charge => ({ limit: challengesFrom, who: network })
export const ticketCharge = (network: string): Charge => ({ limit: ticketsFrom, who: network })
export const passwordsFromCharge = (network: string): Charge => ({ limit: passwordsFrom, who: network })

/** The limits that a login books before its result is known. The student sees the standing of the first one. */
export function loginCharges(studentNumber: string, network: string, challenge: string | undefined): Charge[] {
  const here = `${studentNumber}\n${network}`
  const charges: Charge[] = [
    { limit: passwordHere, who: here },
    { limit: password, who: studentNumber },
    { limit: codeHere, who: here },
    { limit: code, who: studentNumber },
    { limit: answers, who: here },
    passwordsFromCharge(network),
  ]
  const student: Charge = { limit: studentUnderWay, who: studentNumber }
  if (challenge === undefined) return [...charges, student]
  return [
    ...charges,
    { limit: captchasFrom, who: network },
    { limit: challengeOnce, who: challenge },
    student,
    { limit: answerUnderWay, who: network },
  ]
}

const keptBy: Partial<Record<Verification['outcome'], readonly RateLimit[]>> = {
  rejected: [passwordHere, password, passwordsFrom],
  'step-up-wanted': [codeHere, code],
  'not-admitted': [answers],
  'action-wanted': [answers],
  'captcha-wrong': [captchasFrom],
}

/**
 * Selects the limits that stay booked after this result. If the school was not reached, it may not have seen the
 * challenge either.
 */
export function isKeptAfter(verification: Verification): (limit: RateLimit) => boolean {
  const { outcome } = verification
  const isFault = isLoginFault(verification)
  const kept = isFault ? [answers] : (keptBy[outcome] ?? [])
  const isSeen = outcome !== 'unavailable' || isFault
  return (limit) => kept.includes(limit) || (limit === challengeOnce && isSeen)
}

/** True for an unexpected response about this one login. */
export function isLoginFault(outcome: { outcome: string; reason?: string }): boolean {
  return outcome.outcome === 'unavailable' && outcome.reason === 'login-fault'
}
