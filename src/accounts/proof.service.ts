import { openTicket, type RegistrationTicket } from '../identity/cas/registration-ticket.ts'
import { CHALLENGE_LIFETIME, openChallenge, sealChallenge } from '../identity/sealed-challenge.ts'
import type { Proof, StudentVerifier, Verification } from '../identity/verifier.ts'
import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { Db } from '../storage/storage.ts'
import { spendPoint } from './budget.repository.ts'
import type { Budget, BudgetService } from './budget.service.ts'
import type { Evidence } from './evidence.ts'
import { refusalOf } from './school-refusal.ts'
import { checkStudentNumber } from './student-number.ts'

/** Wrong school passwords for one student number: nobody is to be locked out of the school through us. */
const perStudent: Budget = { name: 'school password', points: 2, duration: 3600 }
/** Wrong school passwords from one address, which a whole campus may share. */
const perAddress: Budget = { name: 'school address', points: 60, duration: 600 }
const challenges: Budget = { name: 'challenge', points: 120, duration: 600 }

/** Someone who says that a student number is theirs. */
export interface Claim {
  studentNumber: string
  /** Asks the school, once, where it has not spoken already. @throws DomainError with its refusal, or `too-many-requests` */
  prove(address: string): Promise<void>
  /** Uses the proof up, within the transaction that it is good for. @throws DomainError `ticket-invalid` */
  spend(tx: Db): Promise<void>
}

export interface ProofDeps {
  verifier: StudentVerifier
  budgets: BudgetService
  clock: Clock
  keys: { challenge: Buffer; ticket: Buffer }
}

export type ProofService = ReturnType<typeof createProofService>

export function createProofService({ verifier, budgets, clock, keys }: ProofDeps) {
  /** The try is booked before it is made, so that many at once cannot exceed the budget. */
  async function askSchool(proof: Proof, address: string): Promise<void> {
    await budgets.refuseExhausted(perAddress, address)
    await budgets.spend(perStudent, proof.studentNumber)
    const verification = await verifier.verify(proof)
    if (!blames(verification)) await budgets.refund(perStudent, proof.studentNumber)
    if (verification.outcome === 'verified') return
    if (verification.outcome === 'rejected') await budgets.spend(perAddress, address)
    throw refusalOf(verification)
  }

  async function spendTicket(tx: Db, { id, expiresAt }: RegistrationTicket): Promise<void> {
    const { points } = await spendPoint(tx, `ticket ${id}`, clock.now(), Math.max(1, expiresAt - clock.now()))
    if (points > 1) throw new DomainError('ticket-invalid')
  }

  function claimByTicket(text: string): Claim {
    const ticket = openTicket(text, keys.ticket, clock.now())
    if (ticket === undefined) throw new DomainError('ticket-invalid')
    const { studentNumber } = ticket
    return { studentNumber, prove: async () => undefined, spend: (tx) => spendTicket(tx, ticket) }
  }

  /** @throws DomainError `student-number-malformed`, `challenge-invalid`, `ticket-invalid` */
  function claim(evidence: Evidence): Claim {
    if ('ticket' in evidence) return claimByTicket(evidence.ticket)
    const { studentNumber, schoolPassword, answer } = evidence
    checkStudentNumber(studentNumber)
    const proof: Proof = { studentNumber, schoolPassword }
    if (answer) {
      const session = openChallenge(answer.challenge, keys.challenge, clock.now())
      if (session === undefined) throw new DomainError('challenge-invalid')
      proof.answer = { session, captcha: answer.captcha }
    }
    return { studentNumber, prove: (address) => askSchool(proof, address), spend: async () => undefined }
  }

  /** A captcha for the person to read. @throws DomainError with the school's refusal, `too-many-requests`, `challenge-unneeded` where there is none */
  async function issueChallenge(address: string) {
    if (!verifier.issueChallenge) throw new DomainError('challenge-unneeded')
    await budgets.spend(challenges, address)
    const issued = await verifier.issueChallenge()
    if (issued.outcome !== 'challenge') throw refusalOf(issued)
    const image = `data:${issued.mediaType};base64,${Buffer.from(issued.image).toString('base64')}`
    return {
      challenge: sealChallenge(issued.session, keys.challenge, clock.now()),
      image,
      expiration: CHALLENGE_LIFETIME,
    }
  }

  return { claim, issueChallenge }
}

function blames({ outcome }: Verification): boolean {
  return outcome === 'rejected' || outcome === 'locked'
}
