import type { Proof } from '../identity/verifier.ts'
import type { Clock } from '../shared/clock.ts'
import type { Storage } from '../storage/storage.ts'
import { insertAccount, refuseTaken } from './account.repository.ts'
import type { Account } from './account.ts'
import { checkPassword } from './password.ts'
import { hashPassword } from './password-hash.ts'
import type { ProofService } from './proof.service.ts'
import { checkStudentNumber, studentNumberHash } from './student-number.ts'
import { checkUserName, userNameKey } from './user-name.ts'

export interface Registration extends Proof {
  username: string
  password: string
}

export interface RegistrationDeps {
  storage: Storage
  clock: Clock
  proofs: ProofService
  studentNumberKey: Buffer
}

export type RegistrationService = ReturnType<typeof createRegistrationService>

export function createRegistrationService({ storage, clock, proofs, studentNumberKey }: RegistrationDeps) {
  /** Asks the school last, so that nobody's password is tried for a registration that could not succeed. */
  async function registerAccount({ username, password, ...proof }: Registration, address: string): Promise<Account> {
    checkStudentNumber(proof.studentNumber)
    checkUserName(username)
    const usernameKey = userNameKey(username)
    const numberHash = studentNumberHash(proof.studentNumber, studentNumberKey)
    await refuseTaken(storage.db, usernameKey, numberHash)
    checkPassword(password, username)
    await proofs.proveStudent(proof, address)
    const passwordHash = await hashPassword(password)
    return storage.write((tx) =>
      insertAccount(tx, {
        username,
        usernameKey,
        studentNumberHash: numberHash,
        passwordHash,
        createdAt: clock.now(),
      }),
    )
  }

  return { registerAccount }
}
