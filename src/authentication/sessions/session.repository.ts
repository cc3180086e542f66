import type { AccountId } from '../../accounts/account.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { statement } from '../../storage/statement.ts'
import type { DatabaseKind, Db } from '../../storage/storage.ts'
import { idleSeconds, maxLifetimeSeconds, type Session, type SessionId } from './session.ts'

/** A session, with what decides whether it is still valid. */
export interface SessionState extends Pick<Session, 'id' | 'createdAt' | 'lastSeenAt' | 'expiresAt'> {
  accountId: AccountId
  version: number
  /** The current one. */
  accountVersion: number
}

export interface NewSession {
  accountId: AccountId
  version: number
  valueHash: string
  device: string | undefined
  createdAt: EpochSeconds
  expiresAt: EpochSeconds
}

const stateQuery = (db: Db) =>
  db
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.account_id')
    .select([
      ...(['sessions.id', 'sessions.account_id as accountId', 'sessions.credential_version as version'] as const),
      ...(['accounts.credential_version as accountVersion', 'sessions.created_at as createdAt'] as const),
      ...(['sessions.last_seen_at as lastSeenAt', 'sessions.expires_at as expiresAt'] as const),
    ])
    .$castTo<SessionState>()

const stateById = statement<{ id: SessionId }, SessionState>((db, { id }) =>
  stateQuery(db).where('sessions.id', '=', id).compile(),
)
const stateByHash = statement<{ valueHash: string }, SessionState>((db, { valueHash }) =>
  stateQuery(db).where('sessions.value_hash', '=', valueHash).compile(),
)

export function findSession(db: Db, id: SessionId): MaybePromise<SessionState | undefined> {
  return stateById.first(db, { id })
}

export function findSessionByHash(db: Db, valueHash: string): MaybePromise<SessionState | undefined> {
  return stateByHash.first(db, { valueHash })
}

export async function insertSession(db: Db, session: NewSession): Promise<void> {
  await db
    .insertInto('sessions')
    .values({
      account_id: session.accountId,
      value_hash: session.valueHash,
      credential_version: session.version,
      device: session.device ?? null,
      created_at: session.createdAt,
      last_seen_at: session.createdAt,
      expires_at: session.expiresAt,
    })
    .execute()
}

/** Returns the sessions with this credential version, including expired ones, by their latest visit, newest first. */
export async function listSessions(db: Db, accountId: AccountId, version: number): Promise<Session[]> {
  const rows = await db
    .selectFrom('sessions')
    .select(['id', 'device', 'created_at', 'last_seen_at', 'expires_at'])
    .where('account_id', '=', accountId)
    .where('credential_version', '=', version)
    .orderBy('last_seen_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id as SessionId,
    device: row.device ?? undefined,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
  }))
}

export async function deleteSessionByHash(db: Db, valueHash: string): Promise<void> {
  await db.deleteFrom('sessions').where('value_hash', '=', valueHash).execute()
}

/** Returns false if the account has no such session. */
export async function deleteSession(db: Db, accountId: AccountId, id: SessionId): Promise<boolean> {
  const deleted = await db
    .deleteFrom('sessions')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returning('id')
    .executeTakeFirst()
  return deleted !== undefined
}

/** Deletes the account's sessions, except one. The account must be locked, so that two such writes do not deadlock. */
export async function deleteSessionsOf(db: Db, accountId: AccountId, except?: SessionId): Promise<void> {
  let query = db.deleteFrom('sessions').where('account_id', '=', accountId)
  if (except !== undefined) query = query.where('id', '<>', except)
  await query.execute()
}

/** The accounts must be locked. */
export async function deleteSessionsBetween(db: Db, after: number, last: number): Promise<void> {
  await db.deleteFrom('sessions').where('account_id', '>', after).where('account_id', '<=', last).execute()
}

/** Deletes all but the `most` last used sessions of a locked account. */
export async function deleteIdlest(db: Db, accountId: AccountId, most: number): Promise<void> {
  const kept = db
    .selectFrom('sessions')
    .select('id')
    .where('account_id', '=', accountId)
    .orderBy('last_seen_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
  await db.deleteFrom('sessions').where('account_id', '=', accountId).where('id', 'not in', kept).execute()
}

/** Stores a visit to each of these. To avoid deadlocks, skips sessions that another write has locked. */
export async function updateVisits(
  db: Db,
  ids: readonly SessionId[],
  now: EpochSeconds,
  kind: DatabaseKind,
): Promise<void> {
  const chosen = db.selectFrom('sessions').select('id').where('id', 'in', ids)
  await db
    .updateTable('sessions')
    .set((eb) => ({
      last_seen_at: now,
      expires_at: eb
        .case()
        .when('created_at', '<', now + idleSeconds - maxLifetimeSeconds)
        .then(eb('created_at', '+', maxLifetimeSeconds))
        .else(now + idleSeconds)
        .end(),
    }))
    .where('id', 'in', kind === 'postgres' ? chosen.forUpdate().skipLocked() : ids)
    .execute()
}

/** Deletes at most `limit` sessions, and returns their number. */
export async function deleteExpired(db: Db, now: EpochSeconds, limit: number, kind: DatabaseKind): Promise<number> {
  const expired = db
    .selectFrom('sessions')
    .select('id')
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
  const { numDeletedRows } = await db
    .deleteFrom('sessions')
    .where('id', 'in', kind === 'postgres' ? expired.forUpdate().skipLocked() : expired)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
