import { insertAccount, refuseTaken } from '../accounts/account.repository.ts'
import type { Account } from '../accounts/account.ts'
import { studentNumberHash } from '../accounts/student-number.ts'
import { checkUserName, userNameKey } from '../accounts/user-name.ts'
import { checkPassword } from '../authentication/password.ts'
import { hashPassword } from '../authentication/password-hash.ts'
import type { Clock } from '../shared/clock.ts'
import type { Storage } from '../storage/storage.ts'
import type { VerificationService } from './verification.service.ts'
import type { VerificationInput } from './verification-input.ts'

export interface Registration {
  username: string
  password: string
  input: VerificationInput
}

export interface RegistrationDeps {
  storage: Storage
  clock: Clock
  verifications: VerificationService
  studentNumberKey: Buffer
}

export type RegistrationService = ReturnType<typeof createRegistrationService>

export function createRegistrationService({ storage, clock, verifications, studentNumberKey }: RegistrationDeps) {
  /** Asks the school last, so that nobody's password is tried for a registration that could not succeed. */
  async function registerAccount({ username, password, input }: Registration, address: string): Promise<Account> {
    const claim = verifications.claim(input)
    checkUserName(username)
    const usernameKey = userNameKey(username)
    const numberHash = studentNumberHash(claim.studentNumber, studentNumberKey)
    await refuseTaken(storage.db, usernameKey, numberHash)
    await checkPassword(password, username)
    await claim.prove(address)
    const passwordHash = await hashPassword(password, { isPromised: claim.asksSchool })
    return storage.write(async (tx) => {
      await claim.consume(tx)
      return insertAccount(tx, {
        username,
        usernameKey,
        studentNumberHash: numberHash,
        passwordHash,
        createdAt: clock.now(),
      })
    })
  }

  return { registerAccount }
}
