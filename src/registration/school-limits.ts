import type { Charge, RateLimit } from '../authentication/rate-limit.ts'
import { CHALLENGE_LIFETIME } from '../schools/sealed-challenge.ts'
import type { Verification } from '../schools/verifier.ts'

/** Wrong school passwords for one student number from one network, so that a stranger leaves some to the student. */
const passwordHere: RateLimit = { name: 'school-password', points: 2, duration: 3600 }
/** From all networks: schools lock at five, and nobody is to be locked out of the school through us. */
const password: RateLimit = { name: 'school-password-anywhere', points: 4, duration: 3600 }
/** Answers of a school that wants a code from the phone: each may have sent the student a text message. */
const codeHere: RateLimit = { name: 'school-code', points: 3, duration: 3600 }
const code: RateLimit = { name: 'school-code-anywhere', points: 5, duration: 3600 }
/** Other answers about one student: the school need not be asked the same all day. */
const answers: RateLimit = { name: 'school-answer', points: 5, duration: 600 }
/** Wrong school passwords from one network, which a whole campus may share. Whoever registers gives one back. */
const passwordsFrom: RateLimit = { name: 'school-passwords-from-address', points: 60, duration: 600, afterwards: true }
/** Captchas from one network that were answered wrongly. */
const captchasFrom: RateLimit = { name: 'school-captchas-from-address', points: 60, duration: 600, afterwards: true }
/** Longer than a login can take, for one that never ended because its process did. */
const underWay = { points: 1, duration: 30, refusal: 'school-try-under-way' } as const
const studentUnderWay: RateLimit = { name: 'school-try', ...underWay }
const answerUnderWay: RateLimit = { name: 'school-answer-try', ...underWay, always: true }
const challengeOnce: RateLimit = {
  name: 'challenge',
  points: 1,
  duration: CHALLENGE_LIFETIME,
  refusal: 'challenge-invalid',
  always: true,
}
/** Challenges that were fetched from one network. */
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

/** What a login at the school counts for until its answer is known. The first one is told to the student. */
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

/** What stays counted after this answer. A school that was not reached may not even have seen the challenge. */
export function isKeptAfter(verification: Verification): (limit: RateLimit) => boolean {
  const { outcome } = verification
  const isFault = isLoginFault(verification)
  const kept = isFault ? [answers] : (keptBy[outcome] ?? [])
  const isSeen = outcome !== 'unavailable' || isFault
  return (limit) => kept.includes(limit) || (limit === challengeOnce && isSeen)
}

/** An odd answer about this one login. */
export function isLoginFault(outcome: { outcome: string; reason?: string }): boolean {
  return outcome.outcome === 'unavailable' && outcome.reason === 'login-fault'
}
