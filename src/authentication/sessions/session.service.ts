import { hash, randomBytes } from 'node:crypto'
import { lockAccount } from '../../accounts/account.repository.ts'
import type { AccountId } from '../../accounts/account.ts'
import type { Clock } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import type { Storage, Transact } from '../../storage/storage.ts'
import type { Identity, Verified } from '../credential-cache.ts'
import { findCredentialState } from '../credentials.repository.ts'
import {
  deleteExpired,
  deleteIdlest,
  deleteSession,
  deleteSessionByHash,
  deleteSessionsOf,
  findSession,
  findSessionByHash,
  insertSession,
  listSessions,
  type SessionState,
  updateVisits,
} from './session.repository.ts'
import { expiryOf, isLive, isVisitDue, maxSessions, type Session, type SessionId } from './session.ts'

export interface SignIn {
  device: string | undefined
  /** The browser's previous cookie, whose session ends. */
  before: string | undefined
}

const sessionsPerDeletion = 500

export type SessionService = ReturnType<typeof createSessionService>

/** Browsers that are signed in. Only the session's row decides whether it is valid. */
export function createSessionService({ storage, clock }: { storage: Storage; clock: Clock }) {
  let visited = new Set<SessionId>()
  const hashOf = (value: string) => hash('sha256', value, 'base64url')

  /** Also notes the visit, once an hour. */
  function identityOf(state: SessionState | undefined): Verified | undefined {
    const now = clock.now()
    if (state === undefined || state.version !== state.accountVersion || !isLive(state, now)) return undefined
    const { id, accountId, version, createdAt, expiresAt } = state
    if (isVisitDue(state, now)) visited.add(id)
    return { accountId, version, by: 'session', sessionId: id, since: createdAt, until: expiresAt }
  }

  /** Undefined for a value that this service did not issue, or whose session has ended. */
  function find(value: string): MaybePromise<Verified | undefined> {
    return andThen(findSessionByHash(storage.db, hashOf(value)), identityOf)
  }

  /** The identity of a session that `find` has found before, unless it has ended since. */
  function findAgain(id: SessionId): MaybePromise<Verified | undefined> {
    return andThen(findSession(storage.db, id), identityOf)
  }

  /** Returns the value for the cookie, new for each call. @throws DomainError `unauthorized` if the password was changed meanwhile */
  function begin({ accountId, version }: Identity, { device, before }: SignIn): Promise<string> {
    const value = randomBytes(32).toString('base64url')
    return storage.write(async (tx) => {
      const createdAt = clock.now()
      await lockAccount(tx, accountId, storage.kind)
      if ((await findCredentialState(tx, accountId))?.version !== version) throw new DomainError('unauthorized')
      if (before !== undefined) await deleteSessionByHash(tx, hashOf(before))
      const expiresAt = expiryOf(createdAt, createdAt)
      await insertSession(tx, { accountId, version, valueHash: hashOf(value), device, createdAt, expiresAt })
      await deleteIdlest(tx, accountId, maxSessions)
      return value
    })
  }

  async function list({ accountId, version }: Identity): Promise<Session[]> {
    const now = clock.now()
    return (await listSessions(storage.db, accountId, version)).filter((session) => isLive(session, now))
  }

  /** @throws DomainError `not-found` */
  function end(accountId: AccountId, id: SessionId, transact: Transact<void> = storage.write): Promise<void> {
    return transact(async (tx) => {
      if (!(await deleteSession(tx, accountId, id))) throw new DomainError('not-found')
    })
  }

  /** Ends all sessions of the account except the caller's own. */
  function endOthers({ accountId, sessionId }: Identity, transact: Transact<void> = storage.write): Promise<void> {
    return transact(async (tx) => {
      await lockAccount(tx, accountId, storage.kind)
      await deleteSessionsOf(tx, accountId, sessionId)
    })
  }

  /** Stores the collected visits, in pieces. */
  async function flushVisits(): Promise<void> {
    const noted = [...visited]
    visited = new Set()
    for (let at = 0; at < noted.length; at += sessionsPerDeletion) {
      const ids = noted.slice(at, at + sessionsPerDeletion)
      await storage.write((tx) => updateVisits(tx, ids, clock.now(), storage.kind))
    }
  }

  async function deleteExpiredSessions(): Promise<void> {
    let deleted: number
    do {
      deleted = await storage.write((tx) => deleteExpired(tx, clock.now(), sessionsPerDeletion, storage.kind))
    } while (deleted === sessionsPerDeletion)
  }

  return {
    find,
    findAgain,
    begin,
    list,
    end,
    endOthers,
    endByValue: (value: string) => storage.write((tx) => deleteSessionByHash(tx, hashOf(value))),
    flushVisits,
    deleteExpired: deleteExpiredSessions,
  }
}
