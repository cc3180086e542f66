import type { AccountId, Credentials } from '../accounts/account.ts'
import { studentNumberHash } from '../accounts/student-number.ts'
import { userNameKey } from '../accounts/user-name.ts'
import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import { networkOf } from '../shared/network.ts'
import type { StudentNumberForm } from '../shared/student-number-form.ts'
import type { Storage } from '../storage/storage.ts'
import { createCredentialCache, type Identity, passwordLifetimeSeconds, type Verified } from './credential-cache.ts'
import {
  findCredentialState,
  findCredentials,
  findCredentialsOf,
  updatePasswordHash,
} from './credentials.repository.ts'
import type { Candidate, Match, PasswordGuesses } from './guessing/password-guesses.service.ts'
import { hashPassword } from './passwords/password-hash.ts'
import type { SessionService } from './sessions/session.service.ts'
import type { Tokens } from './token.ts'

export interface AuthenticationDeps {
  storage: Storage
  clock: Clock
  tokens: Tokens
  studentNumbers: StudentNumberForm
  studentNumberKey: Buffer
  guesses: PasswordGuesses
  sessions: Pick<SessionService, 'find' | 'findAgain'>
}

/** A password that was typed again, with its account and the client's address. */
export interface Confirmation {
  accountId: AccountId
  password: string
  address: string
}

export type AuthenticationService = ReturnType<typeof createAuthenticationService>

export function createAuthenticationService(deps: AuthenticationDeps) {
  const { storage, clock, tokens, studentNumbers, studentNumberKey, guesses, sessions } = deps
  const remembered = createCredentialCache(clock)

  /**
   * The identity that these exact credentials were verified as in the last minutes, unless any instance has changed the
   * account, or ended the session, since.
   * @param offered an `Authorization` header, or the mark and value of a session cookie
   */
  function recall(offered: string): MaybePromise<Identity | undefined> {
    const known = remembered.recall(offered)
    if (known === undefined) return undefined
    if (known.sessionId !== undefined) return sessions.findAgain(known.sessionId)
    if (known.by === 'password' && guesses.isUnderAttack(known.accountId)) return undefined
    return andThen(findCredentialState(storage.db, known.accountId), (state) => {
      if (state?.version !== known.version) return undefined
      const { studentNumberHash, usernameKey } = state
      const sameLogin = studentNumberHash === known.studentNumberHash && usernameKey === known.usernameKey
      return known.by === 'token' || sameLogin ? known : undefined
    })
  }

  /** @throws DomainError `session-ended` */
  async function bySession(value: string): Promise<Verified> {
    const session = await sessions.find(value)
    if (session === undefined) throw new DomainError('session-ended')
    return session
  }

  /** For long responses: whether the caller's credentials are still valid. */
  async function isStillValid({ accountId, version, by, until = 0, sessionId }: Identity): Promise<boolean> {
    if (by === 'token' && clock.now() >= until) return false
    if (sessionId !== undefined && (await sessions.findAgain(sessionId)) === undefined) return false
    return (await findCredentialState(storage.db, accountId))?.version === version
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
    const match = await tryPassword(await candidatesOf(login), password, address)
    const { accountId, version, studentNumberHash, usernameKey } = match
    const now = clock.now()
    const until = now + passwordLifetimeSeconds
    return { accountId, version, by: 'password', since: now, until, studentNumberHash, usernameKey }
  }

  /** A login in the form of a student number may refer to two accounts, and always costs two hashes. */
  async function candidatesOf(login: string): Promise<Candidate[]> {
    const key = userNameKey(login)
    const number = studentNumbers.matches(login) ? studentNumberHash(login, studentNumberKey) : undefined
    const { byName, byNumber } = await findCredentials(storage.db, key, number)
    const named: Candidate = { name: `name ${key}`, credentials: byName }
    return number === undefined ? [named] : [named, { name: `number ${number}`, credentials: byNumber }]
  }

  async function tryPassword(candidates: Candidate[], password: string, address: string): Promise<Match> {
    const match = await guesses.check(candidates, password, address, 'sign-in')
    if (!match.outdated) return match
    const renewed = await hashPassword(password, { network: networkOf(address) })
    await storage.write((tx) => updatePasswordHash(tx, match.accountId, match.passwordHash, renewed))
    return match
  }

  /**
   * Checks a password that was typed again, for operations that a token or an `Authorization` header alone must not
   * allow.
   * @throws DomainError `password-wrong`, `too-many-requests`, `busy`
   */
  async function confirmPassword({ accountId, password, address }: Confirmation): Promise<Credentials> {
    const credentials = await findCredentialsOf(storage.db, accountId)
    return tryPassword([{ name: `account ${accountId}`, credentials }], password, address).catch((error: unknown) => {
      if (error instanceof DomainError && error.code === 'unauthorized')
        throw new DomainError('password-wrong', error.details)
      throw error
    })
  }

  /** @throws DomainError `password-wanted` for a caller with a token or session: a stolen one must not be renewable */
  function issueToken(identity: Identity): { token: string; expiration: number } {
    if (identity.by !== 'password') throw new DomainError('password-wanted')
    return { token: tokens.issue(identity, clock.now()), expiration: tokens.lifetime }
  }

  const caching = { recall, remember: remembered.remember }
  return { ...caching, isStillValid, bySession, byToken, byPassword, confirmPassword, issueToken }
}
