import type { Proof, StudentVerifier, Verification } from '../identity/verifier.ts'
import type { Budget, BudgetService } from './budget.service.ts'
import { refusalOf } from './school-refusal.ts'

/** Wrong school passwords for one student number: nobody is to be locked out of the school through us. */
const perStudent: Budget = { name: 'school password', points: 2, duration: 3600 }
/** Wrong school passwords from one address, which a whole campus may share. */
const perAddress: Budget = { name: 'school address', points: 60, duration: 600 }

export type ProofService = ReturnType<typeof createProofService>

export function createProofService(verifier: StudentVerifier, budgets: BudgetService) {
  /**
   * Asks the school, once, whether the proof holds. The try is booked before it is made, so that many at once cannot exceed the budget.
   * @throws DomainError with the school's refusal, or `too-many-requests`
   */
  async function proveStudent(proof: Proof, address: string): Promise<void> {
    await budgets.refuseExhausted(perAddress, address)
    await budgets.spend(perStudent, proof.studentNumber)
    const verification = await verifier.verify(proof)
    if (!blames(verification)) await budgets.refund(perStudent, proof.studentNumber)
    if (verification.outcome === 'verified') return
    if (verification.outcome === 'rejected') await budgets.spend(perAddress, address)
    throw refusalOf(verification)
  }

  return { proveStudent }
}

function blames({ outcome }: Verification): boolean {
  return outcome === 'rejected' || outcome === 'locked'
}
