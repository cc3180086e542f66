import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { Storage } from '../storage/storage.ts'
import type { AccountId, Credentials } from './account.ts'
import type { Budget, BudgetService } from './budget.service.ts'
import { findCredentialState, findCredentials, updatePasswordHash } from './credentials.repository.ts'
import { hashPassword, isOutgrown, nobodysHash, verifyPassword } from './password-hash.ts'
import { createRememberedPasswords, type Remembered } from './remembered-passwords.ts'
import { isStudentNumber, studentNumberHash } from './student-number.ts'
import type { Tokens } from './token.ts'
import { userNameKey } from './user-name.ts'

/** Who is asking, and by what: only a password buys a token. */
export interface Identity {
  accountId: AccountId
  version: number
  by: 'password' | 'token'
}

export interface AuthenticationDeps {
  storage: Storage
  clock: Clock
  tokens: Tokens
  studentNumberKey: Buffer
  budgets: BudgetService
}

/** For one login name from one address: a campus shares few addresses, so neither alone may be counted. */
const wrongPasswords: Budget = { name: 'wrong password', points: 20, duration: 900 }

export type AuthenticationService = ReturnType<typeof createAuthenticationService>

export function createAuthenticationService({ storage, clock, tokens, studentNumberKey, budgets }: AuthenticationDeps) {
  const remembered = createRememberedPasswords(clock)

  /** @throws DomainError `unauthorized` */
  async function byToken(token: string): Promise<Identity> {
    const claims = tokens.read(token, clock.now())
    if (claims === undefined) throw new DomainError('unauthorized')
    const state = await findCredentialState(storage.db, claims.accountId)
    if (state?.version !== claims.version) throw new DomainError('unauthorized')
    return { accountId: claims.accountId, version: claims.version, by: 'token' }
  }

  /** `login` is a user name or a student number. @throws DomainError `unauthorized`, `too-many-requests`, `busy` */
  async function byPassword(login: string, password: string, address: string): Promise<Identity> {
    const mark = remembered.markOf(login, password)
    const known = remembered.recall(mark)
    if (known && (await stillHolds(known)))
      return { accountId: known.accountId, version: known.version, by: 'password' }
    const match = await verify(login, password, address)
    remembered.remember(mark, match)
    if (isOutgrown(match.passwordHash)) await rehash(match, password)
    return { accountId: match.accountId, version: match.version, by: 'password' }
  }

  /** Another instance may have changed the account since. */
  async function stillHolds({ accountId, version, studentNumberHash }: Remembered): Promise<boolean> {
    const state = await findCredentialState(storage.db, accountId)
    return state?.version === version && state.studentNumberHash === studentNumberHash
  }

  async function verify(login: string, password: string, address: string): Promise<Credentials> {
    const key = userNameKey(login)
    const guesser = `${address} ${key}`
    await budgets.refuseExhausted(wrongPasswords, guesser)
    const hash = isStudentNumber(login) ? studentNumberHash(login, studentNumberKey) : undefined
    const match = await firstMatch(await findCredentials(storage.db, key, hash), password)
    if (match === undefined) {
      await budgets.spend(wrongPasswords, guesser)
      throw new DomainError('unauthorized')
    }
    return match
  }

  async function rehash({ accountId, passwordHash }: Credentials, password: string): Promise<void> {
    const renewed = await hashPassword(password)
    await storage.write((tx) => updatePasswordHash(tx, accountId, passwordHash, renewed))
  }

  /** @throws DomainError `unauthorized` for whoever came by a token: a stolen one cannot be kept alive. */
  function issueToken(identity: Identity): { token: string; expiration: number } {
    if (identity.by === 'token') throw new DomainError('unauthorized')
    return { token: tokens.issue(identity, clock.now()), expiration: tokens.lifetime }
  }

  return { byToken, byPassword, issueToken }
}

async function firstMatch(candidates: Credentials[], password: string): Promise<Credentials | undefined> {
  if (candidates.length === 0) await verifyPassword(password, nobodysHash)
  for (const candidate of candidates) {
    if (await verifyPassword(password, candidate.passwordHash)) return candidate
  }
  return undefined
}
