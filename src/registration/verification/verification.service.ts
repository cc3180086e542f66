import { checkStudentNumber, studentNumberIdentity } from '../../accounts/student-number.ts'
import { takeOnce } from '../../authentication/rate-limits/rate-limit.repository.ts'
import type { RateLimitService } from '../../authentication/rate-limits/rate-limit.service.ts'
import type { CasOutcome } from '../../schools/cas/cas-login.ts'
import { openTicket, type RegistrationTicket } from '../../schools/cas/registration-ticket.ts'
import { challengeLifetimeSeconds, openChallenge, sealChallenge } from '../../schools/sealed-challenge.ts'
import type { Proof, StudentVerifier } from '../../schools/verifier.ts'
import type { Clock } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import { networkOf } from '../../shared/network.ts'
import type { StudentNumberForm } from '../../shared/student-number-form.ts'
import type { Db } from '../../storage/storage.ts'
import {
  challengeCharge,
  isKeptAfter,
  isLoginFault,
  loginCharges,
  passwordsFromCharge,
  ticketCharge,
} from './school-limits.ts'
import { refusalOf } from './school-refusal.ts'
import type { VerificationInput } from './verification-input.ts'

/** Tickets from one network that may be redeemed at once. Less than the length of the school's queue. */
const maxConcurrentRedemptions = 8

/** A student number that is claimed but not yet verified. */
export interface Claim {
  studentNumber: string
  /** Whether `prove` asks the school, which only a few requests can do at once. */
  asksSchool: boolean
  /** What a new password must differ from. */
  known: { studentNumber: string; schoolPassword?: string }
  /**
   * Asks the school once, unless it has already confirmed the student.
   * @throws DomainError with the school's refusal, or `too-many-requests`
   */
  prove(address: string): Promise<void>
  /** Consumes the proof within the transaction that relies on it. @throws DomainError `ticket-invalid` */
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

  /** @throws DomainError for a refusal of the school or an exceeded limit */
  async function askSchool(proof: Proof, address: string, challenge?: string, place?: string): Promise<void> {
    const charges = loginCharges(studentNumberIdentity(proof.studentNumber), networkOf(address), challenge)
    const { standing } = await rateLimits.book(charges)
    const verification = await verifier.verify(proof, { visitor: { address, place } })
    await rateLimits.settle(charges, isKeptAfter(verification))
    if (verification.outcome !== 'verified') throw refusalOf(verification, standing)
  }

  /**
   * A new student refunds one wrong school password of the same network, so that the limit measures the share of wrong
   * passwords.
   */
  function welcome(address: string): Promise<void> {
    return rateLimits.refund(passwordsFromCharge(networkOf(address)))
  }

  /**
   * Redeems a ticket of the school's own login page, within the number of redemptions that this network may have in
   * flight.
   * @throws DomainError `too-many-requests` after many tickets that the school does not know, `school-busy`
   */
  async function redeem(address: string, run: () => Promise<CasOutcome>): Promise<CasOutcome> {
    const network = networkOf(address)
    const underWay = redeeming.get(network) ?? 0
    if (underWay >= maxConcurrentRedemptions) throw new DomainError('school-busy', { retryAfterSeconds: 1 })
    redeeming.set(network, underWay + 1)
    const charge = ticketCharge(network)
    try {
      await rateLimits.book([charge])
      const outcome = await run()
      if (outcome.outcome !== 'ticket-spent' && !isLoginFault(outcome)) await rateLimits.refund(charge)
      return outcome
    } finally {
      const left = (redeeming.get(network) ?? 1) - 1
      if (left > 0) redeeming.set(network, left)
      else redeeming.delete(network)
    }
  }

  async function spendTicket(tx: Db, { id, expiresAt }: RegistrationTicket): Promise<void> {
    if (!(await takeOnce(tx, `ticket ${id}`, expiresAt, clock))) throw new DomainError('ticket-invalid')
  }

  /** Also opens what was sealed before the secret was changed. */
  function underEither<T>(open: (keys: SealKeys) => T | undefined): T | undefined {
    return open(keys) ?? (keys.previous && open(keys.previous))
  }

  function claimByTicket(text: string): Claim {
    const ticket = underEither(({ ticket }) => openTicket(text, ticket, clock.now()))
    if (ticket === undefined) throw new DomainError('ticket-invalid')
    const { studentNumber } = ticket
    return {
      studentNumber,
      asksSchool: false,
      known: { studentNumber },
      prove: async () => undefined,
      consume: (tx) => spendTicket(tx, ticket),
    }
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
      known: { studentNumber, schoolPassword },
      asksSchool: true,
      prove: (address) => askSchool(proof, address, answer?.challenge, place),
      consume: async () => undefined,
    }
  }

  /**
   * Fetches a captcha for the person to read.
   * @throws DomainError with the school's refusal, `too-many-requests`, or `challenge-unneeded` if there is no captcha
   */
  async function issueChallenge(address: string) {
    if (!verifier.issueChallenge) throw new DomainError('challenge-unneeded')
    await rateLimits.book([challengeCharge(networkOf(address))])
    const issued = await verifier.issueChallenge()
    if (issued.outcome !== 'challenge') throw refusalOf(issued)
    const image = `data:${issued.mediaType};base64,${Buffer.from(issued.image).toString('base64')}`
    return {
      challenge: sealChallenge(issued.session, keys.challenge, clock.now()),
      image,
      expiration: challengeLifetimeSeconds,
    }
  }

  return { claim, welcome, issueChallenge, redeem }
}
