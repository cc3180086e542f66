import { findAccount, findByStudentNumber, updateStudentNumber } from '../accounts/account.repository.ts'
import type { Account, AccountId } from '../accounts/account.ts'
import { studentNumberHash } from '../accounts/student-number.ts'
import { endTokens, replacePassword } from '../authentication/credentials.repository.ts'
import type { PasswordGuesses } from '../authentication/guessing/password-guesses.service.ts'
import { checkPassword } from '../authentication/passwords/password.ts'
import { hashPassword } from '../authentication/passwords/password-hash.ts'
import { DomainError } from '../shared/errors.ts'
import { networkOf } from '../shared/network.ts'
import type { Storage, Transact } from '../storage/storage.ts'
import type { VerificationService } from './verification/verification.service.ts'
import type { VerificationInput } from './verification/verification-input.ts'

export interface RecoveryDeps {
  storage: Storage
  verifications: VerificationService
  guesses: PasswordGuesses
  studentNumberKey: Buffer
}

export type RecoveryService = ReturnType<typeof createRecoveryService>

export function createRecoveryService({ storage, verifications, guesses, studentNumberKey }: RecoveryDeps) {
  /**
   * Sets a new password for the account of a verified student and revokes all its tokens. Whether the account exists
   * is revealed only after the school has confirmed the student.
   * @throws DomainError `account-unknown`, and every error of a registration
   */
  async function recoverAccount(
    input: VerificationInput,
    password: string,
    address: string,
    transact: Transact<Account> = storage.write,
  ): Promise<Account> {
    const claim = verifications.claim(input)
    await checkPassword(password, claim.known)
    await claim.prove(address)
    const numberHash = studentNumberHash(claim.studentNumber, studentNumberKey)
    const options = { network: networkOf(address), isPromised: claim.asksSchool }
    const passwordHash = await hashPassword(password, options)
    const recovered = await transact(async (tx) => {
      await claim.consume(tx)
      // Looked up inside the transaction: the number may move to another account while the school is being asked.
      const account = await findByStudentNumber(tx, numberHash)
      if (account === undefined) throw new DomainError('account-unknown')
      await checkPassword(password, { username: account.username })
      await replacePassword(tx, account.id, passwordHash)
      return account
    })
    await guesses.noteSignIn(recovered.id, password, address)
    return recovered
  }

  /**
   * Binds the account to another student number of the same person and revokes all its tokens. Whether the number
   * already has an account is revealed only after the school has confirmed the student.
   * @throws DomainError `student-number-taken`, and every error of a verification
   */
  async function rebindStudentNumber(
    id: AccountId,
    input: VerificationInput,
    address: string,
    transact: Transact<Account> = storage.write,
  ): Promise<Account> {
    const claim = verifications.claim(input)
    const numberHash = studentNumberHash(claim.studentNumber, studentNumberKey)
    await claim.prove(address)
    return transact(async (tx) => {
      await claim.consume(tx)
      await updateStudentNumber(tx, id, numberHash)
      await endTokens(tx, id)
      const account = await findAccount(tx, id)
      if (account === undefined) throw new DomainError('unauthorized')
      return account
    })
  }

  return { recoverAccount, rebindStudentNumber }
}
