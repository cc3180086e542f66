import type { AccountId, Credentials } from '../accounts/account.ts'
import { isStudentNumber, studentNumberHash } from '../accounts/student-number.ts'
import { userNameKey } from '../accounts/user-name.ts'
import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import type { Storage } from '../storage/storage.ts'
import { createCredentialCache, type Identity, passwordMemory, type Verified } from './credential-cache.ts'
import {
  findCredentialState,
  findCredentials,
  findCredentialsOf,
  updatePasswordHash,
} from './credentials.repository.ts'
import { hashPassword, nobodysHash, verifyPassword } from './password-hash.ts'
import type { RateLimit, RateLimitService } from './rate-limit.service.ts'
import type { Tokens } from './token.ts'

export interface AuthenticationDeps {
  storage: Storage
  clock: Clock
  tokens: Tokens
  studentNumberKey: Buffer
  rateLimits: RateLimitService
}

/** For one login name from one address: a campus shares few addresses, so neither alone may be counted. */
const wrongPasswords: RateLimit = { name: 'wrong password', points: 20, duration: 900 }

export type AuthenticationService = ReturnType<typeof createAuthenticationService>

export function createAuthenticationService({
  storage,
  clock,
  tokens,
  studentNumberKey,
  rateLimits,
}: AuthenticationDeps) {
  const remembered = createCredentialCache(clock)

  /** Whoever showed this very header in the last minutes, if nothing of the account has changed since, by any instance. */
  function recall(authorization: string): MaybePromise<Identity | undefined> {
    const known = remembered.recall(authorization)
    if (known === undefined) return undefined
    return andThen(findCredentialState(storage.db, known.accountId), (state) => {
      if (state?.version !== known.version) return undefined
      const { studentNumberHash, usernameKey } = state
      const sameLogin = studentNumberHash === known.studentNumberHash && usernameKey === known.usernameKey
      return known.by === 'token' || sameLogin ? known : undefined
    })
  }

  /** @throws DomainError `unauthorized` */
  async function byToken(token: string): Promise<Verified> {
    const claims = tokens.read(token, clock.now())
    if (claims === undefined) throw new DomainError('unauthorized')
    const { accountId, version, issuedAt, expiresAt } = claims
    const state = await findCredentialState(storage.db, accountId)
    if (state?.version !== version) throw new DomainError('unauthorized')
    return { accountId, version, by: 'token', since: issuedAt, until: expiresAt }
  }

  /** `login` is a user name or a student number. @throws DomainError `unauthorized`, `too-many-requests`, `busy` */
  async function byPassword(login: string, password: string, address: string): Promise<Verified> {
    const { outdated, ...match } = await verify(login, password, address)
    if (outdated) await rehash(match, password)
    const { accountId, version, studentNumberHash, usernameKey } = match
    const now = clock.now()
    const until = now + passwordMemory
    return { accountId, version, by: 'password', since: now, until, studentNumberHash, usernameKey }
  }

  async function verify(login: string, password: string, address: string): Promise<Match> {
    const key = userNameKey(login)
    const guesser = `${address} ${key}`
    await rateLimits.refuseExhausted(wrongPasswords, guesser)
    const hash = isStudentNumber(login) ? studentNumberHash(login, studentNumberKey) : undefined
    const match = await firstMatch(await findCredentials(storage.db, key, hash), password)
    if (match === undefined) {
      await rateLimits.consume(wrongPasswords, guesser)
      throw new DomainError('unauthorized')
    }
    return match
  }

  async function rehash({ accountId, passwordHash }: Credentials, password: string): Promise<void> {
    const renewed = await hashPassword(password)
    await storage.write((tx) => updatePasswordHash(tx, accountId, passwordHash, renewed))
  }

  /**
   * For what a token does not suffice for. Answers the version of the credentials that the password belongs to.
   * @throws DomainError `password-wrong`, `too-many-requests`, `busy`
   */
  async function confirmPassword({ accountId, password, address }: Confirmed): Promise<number> {
    const guesser = `${address} account ${accountId}`
    await rateLimits.refuseExhausted(wrongPasswords, guesser)
    const match = await firstMatch(await findCredentialsOf(storage.db, accountId), password)
    if (match) return match.version
    await rateLimits.consume(wrongPasswords, guesser)
    throw new DomainError('password-wrong')
  }

  /** @throws DomainError `password-wanted` for whoever came by a token: a stolen one cannot be kept alive. */
  function issueToken(identity: Identity): { token: string; expiration: number } {
    if (identity.by === 'token') throw new DomainError('password-wanted')
    return { token: tokens.issue(identity, clock.now()), expiration: tokens.lifetime }
  }

  return { recall, remember: remembered.remember, byToken, byPassword, confirmPassword, issueToken }
}

interface Confirmed {
  accountId: AccountId
  password: string
  address: string
}

interface Match extends Credentials {
  /** The hash is to be made anew. */
  outdated: boolean
}

async function firstMatch(candidates: Credentials[], password: string): Promise<Match | undefined> {
  if (candidates.length === 0) await verifyPassword(password, nobodysHash)
  for (const candidate of candidates) {
    const verdict = await verifyPassword(password, candidate.passwordHash)
    if (verdict !== 'wrong') return { ...candidate, outdated: verdict === 'outdated' }
  }
  return undefined
}
