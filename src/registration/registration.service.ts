import { findAccount, insertAccount } from '../accounts/account.repository.ts'
import type { Account, Credentials } from '../accounts/account.ts'
import { studentNumberHash } from '../accounts/student-number.ts'
import { checkUserName, userNameKey } from '../accounts/user-name.ts'
import { findCredentials } from '../authentication/credentials.repository.ts'
import type { PasswordGuesses } from '../authentication/guessing/password-guesses.service.ts'
import { checkPassword } from '../authentication/passwords/password.ts'
import { hashPassword } from '../authentication/passwords/password-hash.ts'
import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { networkOf } from '../shared/network.ts'
import type { Storage, Transact } from '../storage/storage.ts'
import type { Claim, VerificationService } from './verification/verification.service.ts'
import type { VerificationInput } from './verification/verification-input.ts'

export interface Registration {
  username: string
  password: string
  input: VerificationInput
}

export interface RegistrationDeps {
  storage: Storage
  clock: Clock
  verifications: VerificationService
  guesses: PasswordGuesses
  studentNumberKey: Buffer
}

export interface Registered {
  account: Account
  /** False if an earlier request already made the same registration. */
  isNew: boolean
}

interface Insertion {
  numberHash: string
  registration: Registration
  address: string
  transact: Transact<Registered>
}

export type RegistrationService = ReturnType<typeof createRegistrationService>

export function createRegistrationService(deps: RegistrationDeps) {
  const { storage, clock, verifications, guesses, studentNumberKey } = deps

  /**
   * Asks the school last, so that no password is tried for a registration that cannot succeed. Whether the number
   * already has an account is revealed only after the school has confirmed the student.
   */
  async function registerAccount(
    registration: Registration,
    address: string,
    transact: Transact<Registered> = storage.write,
  ): Promise<Registered> {
    const { username, password, input } = registration
    const claim = verifications.claim(input)
    checkUserName(username)
    const numberHash = studentNumberHash(claim.studentNumber, studentNumberKey)
    const taken = await findNamed(username)
    if (taken) return repeated(taken, numberHash, registration, address)
    await checkPassword(password, { username, ...claim.known })
    await claim.prove(address)
    const insertion = { numberHash, registration, address, transact }
    return insert(claim, insertion).catch(async (error: unknown) => {
      // A concurrent duplicate of this request may have created the account.
      const winner = isTaken(error) ? await findNamed(username) : undefined
      if (winner?.studentNumberHash !== numberHash) throw error
      return repeated(winner, numberHash, registration, address)
    })
  }

  async function findNamed(username: string): Promise<Credentials | undefined> {
    return (await findCredentials(storage.db, userNameKey(username))).byName
  }

  async function insert(
    claim: Claim,
    { numberHash, registration: { username, password }, address, transact }: Insertion,
  ): Promise<Registered> {
    const passwordHash = await hashPassword(password, { network: networkOf(address), isPromised: claim.asksSchool })
    const registered = await transact(async (tx) => {
      await claim.consume(tx)
      const account = await insertAccount(tx, {
        username,
        usernameKey: userNameKey(username),
        studentNumberHash: numberHash,
        passwordHash,
        createdAt: clock.now(),
      })
      return { account, isNew: true }
    })
    await guesses.noteSignIn(registered.account.id, password, address)
    await verifications.welcome(address)
    return registered
  }

  /**
   * Returns the existing account if the caller also gives its number and password, because the response to the first
   * registration may have been lost. A wrong guess costs the same work and gets the same error, whether or not the
   * number belongs to the account.
   * @throws DomainError `user-name-taken`, `busy`
   */
  async function repeated(
    named: Credentials,
    numberHash: string,
    { password }: Registration,
    address: string,
  ): Promise<Registered> {
    const meant = named.studentNumberHash === numberHash ? named : undefined
    // The second candidate belongs to no account, so that a password check runs even if guesses at the account are
    // refused.
    const candidates = [
      { name: `registration ${named.accountId} ${numberHash}`, credentials: meant },
      { name: `registration again ${named.accountId} ${numberHash}`, credentials: undefined },
    ]
    try {
      await guesses.check(candidates, password, address, 'registration')
    } catch (error) {
      throw isRefusedGuess(error) ? new DomainError('user-name-taken') : error
    }
    const account = await findAccount(storage.db, named.accountId)
    if (account === undefined) throw new DomainError('user-name-taken')
    return { account, isNew: false }
  }

  return { registerAccount }
}

function isTaken(error: unknown): boolean {
  return error instanceof DomainError && /^(user-name|student-number)-taken$/.test(error.code)
}

function isRefusedGuess(error: unknown): boolean {
  return error instanceof DomainError && /^(unauthorized|too-many-requests)$/.test(error.code)
}
