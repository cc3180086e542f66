import { checkStudentNumber, studentNumberIdentity } from '../accounts/student-number.ts'
import { consumePoint } from '../authentication/rate-limit.repository.ts'
import type { RateLimit, RateLimitService } from '../authentication/rate-limit.service.ts'
import type { CasOutcome } from '../schools/cas/cas-login.ts'
import { openTicket, type RegistrationTicket } from '../schools/cas/registration-ticket.ts'
import { CHALLENGE_LIFETIME, openChallenge, sealChallenge } from '../schools/sealed-challenge.ts'
import type { Proof, StudentVerifier, Verification } from '../schools/verifier.ts'
import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { StudentNumberForm } from '../shared/student-number-form.ts'
import type { Db } from '../storage/storage.ts'
import { refusalOf } from './school-refusal.ts'
import type { VerificationInput } from './verification-input.ts'

/** Wrong school passwords for one student number: nobody is to be locked out of the school through us. */
const perStudent: RateLimit = { name: 'school password', points: 2, duration: 3600 }
/** Wrong school passwords from one address, which a whole campus may share. */
const perAddress: RateLimit = { name: 'school address', points: 60, duration: 600 }
/** Other answers about one student, by number and address: the school need not be asked the same all day, and nobody shuts another out. */
const perStudentAnswers: RateLimit = { name: 'school answer', points: 5, duration: 600 }
/** Tickets from one address that the school does not know. */
const perAddressTickets: RateLimit = { name: 'school ticket', points: 20, duration: 600 }
/** Tickets from one address that are redeemed at once: less than the school's queue holds. */
const REDEEMED_AT_ONCE = 8
const challenges: RateLimit = { name: 'challenge', points: 120, duration: 600 }

/** Someone who says that a student number is theirs. */
export interface Claim {
  studentNumber: string
  /** Whether `prove` asks the school: few at once get through it. */
  asksSchool: boolean
  /** Asks the school, once, where it has not spoken already. @throws DomainError with its refusal, or `too-many-requests` */
  prove(address: string): Promise<void>
  /** Uses the proof up, within the transaction that it is good for. @throws DomainError `ticket-invalid` */
  consume(tx: Db): Promise<void>
}

interface SealKeys {
  challenge: Buffer
  ticket: Buffer
}

export interface VerificationDeps {
  verifier: StudentVerifier
  rateLimits: RateLimitService
  clock: Clock
  studentNumbers: StudentNumberForm
  keys: SealKeys & { previous?: SealKeys }
}

export type VerificationService = ReturnType<typeof createVerificationService>

export function createVerificationService({ verifier, rateLimits, clock, studentNumbers, keys }: VerificationDeps) {
  const redeeming = new Map<string, number>()

  /** Tries are booked before they are made, so that many at once cannot exceed a limit. */
  async function askSchool(proof: Proof, address: string, challenge?: string, place?: string): Promise<void> {
    const studentNumber = studentNumberIdentity(proof.studentNumber)
    const student = `${studentNumber}\n${address}`
    await rateLimits.refuseExhausted(perAddress, address)
    await rateLimits.refuseExhausted(perStudentAnswers, student)
    await rateLimits.consume(perStudent, studentNumber)
    if (challenge !== undefined && !(await rateLimits.takeOnce('challenge', challenge, CHALLENGE_LIFETIME))) {
      await rateLimits.refund(perStudent, studentNumber)
      throw new DomainError('challenge-invalid')
    }
    const verification = await verifier.verify(proof, { visitor: { address, place } })
    if (!blames(verification)) await rateLimits.refund(perStudent, studentNumber)
    if (callFailed(verification) && challenge !== undefined) await rateLimits.giveBack('challenge', challenge)
    if (verification.outcome === 'verified') return
    if (verification.outcome === 'rejected') await rateLimits.consume(perAddress, address)
    if (speaksOfStudent(verification)) await rateLimits.consume(perStudentAnswers, student)
    throw refusalOf(verification)
  }

  /**
   * Redeems a ticket of the school's own login page, within this address' share of those under way.
   * @throws DomainError `too-many-requests` after many that the school does not know, `school-busy`
   */
  async function redeem(address: string, run: () => Promise<CasOutcome>): Promise<CasOutcome> {
    const underWay = redeeming.get(address) ?? 0
    if (underWay >= REDEEMED_AT_ONCE) throw new DomainError('school-busy', { retryAfterSeconds: 1 })
    redeeming.set(address, underWay + 1)
    try {
      await rateLimits.consume(perAddressTickets, address)
      const outcome = await run()
      if (outcome.outcome !== 'ticket-spent' && !isLoginFault(outcome))
        await rateLimits.refund(perAddressTickets, address)
      return outcome
    } finally {
      const left = (redeeming.get(address) ?? 1) - 1
      if (left > 0) redeeming.set(address, left)
      else redeeming.delete(address)
    }
  }

  async function spendTicket(tx: Db, { id, expiresAt }: RegistrationTicket): Promise<void> {
    const { points } = await consumePoint(tx, `ticket ${id}`, clock.now(), Math.max(1, expiresAt - clock.now()))
    if (points > 1) throw new DomainError('ticket-invalid')
  }

  /** What was sealed before the secret was changed is opened, too. */
  function underEither<T>(open: (keys: SealKeys) => T | undefined): T | undefined {
    return open(keys) ?? (keys.previous && open(keys.previous))
  }

  function claimByTicket(text: string): Claim {
    const ticket = underEither(({ ticket }) => openTicket(text, ticket, clock.now()))
    if (ticket === undefined) throw new DomainError('ticket-invalid')
    const { studentNumber } = ticket
    return { studentNumber, asksSchool: false, prove: async () => undefined, consume: (tx) => spendTicket(tx, ticket) }
  }

  /** @throws DomainError as `checkStudentNumber`, `challenge-invalid`, `ticket-invalid` */
  function claim(input: VerificationInput): Claim {
    if ('ticket' in input) return claimByTicket(input.ticket)
    const { studentNumber, schoolPassword, answer, place } = input
    checkStudentNumber(studentNumber, studentNumbers)
    const proof: Proof = { studentNumber, schoolPassword }
    if (answer) {
      const session = underEither(({ challenge }) => openChallenge(answer.challenge, challenge, clock.now()))
      if (session === undefined) throw new DomainError('challenge-invalid')
      proof.answer = { session, captcha: answer.captcha }
    }
    return {
      studentNumber,
      asksSchool: true,
      prove: (address) => askSchool(proof, address, answer?.challenge, place),
      consume: async () => undefined,
    }
  }

  /** A captcha for the person to read. @throws DomainError with the school's refusal, `too-many-requests`, `challenge-unneeded` where there is none */
  async function issueChallenge(address: string) {
    if (!verifier.issueChallenge) throw new DomainError('challenge-unneeded')
    await rateLimits.consume(challenges, address)
    const issued = await verifier.issueChallenge()
    if (issued.outcome !== 'challenge') throw refusalOf(issued)
    const image = `data:${issued.mediaType};base64,${Buffer.from(issued.image).toString('base64')}`
    return {
      challenge: sealChallenge(issued.session, keys.challenge, clock.now()),
      image,
      expiration: CHALLENGE_LIFETIME,
    }
  }

  return { claim, issueChallenge, redeem }
}

/** An odd answer about this one student. Wrong passwords and captchas have rateLimits of their own. */
function speaksOfStudent(verification: Verification): boolean {
  const { outcome } = verification
  return (
    outcome === 'step-up-wanted' ||
    outcome === 'not-admitted' ||
    outcome === 'action-wanted' ||
    isLoginFault(verification)
  )
}

/** Then the school may not even have seen the challenge. */
function callFailed(verification: Verification): boolean {
  return verification.outcome === 'unavailable' && !isLoginFault(verification)
}

function isLoginFault(outcome: Verification | CasOutcome): boolean {
  return outcome.outcome === 'unavailable' && outcome.reason === 'login-fault'
}

function blames({ outcome }: Verification): boolean {
  return outcome === 'rejected' || outcome === 'locked'
}
