import { clockSkewSeconds, type EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import { violatedUniqueness } from '../storage/constraint-errors.ts'
import { statement } from '../storage/statement.ts'
import type { DatabaseKind, Db } from '../storage/storage.ts'
import type { Account, AccountId, Visibility } from './account.ts'

export interface NewAccount {
  username: string
  usernameKey: string
  studentNumberHash: string
  passwordHash: string
  createdAt: EpochSeconds
}

const accountColumns = [
  'id',
  'username',
  'created_at',
  'last_seen_at',
  'study_count',
  'study_version',
  'visibility',
] as const

/** @throws DomainError `user-name-taken`, `student-number-taken` */
export async function insertAccount(db: Db, account: NewAccount): Promise<Account> {
  try {
    const row = await db
      .insertInto('accounts')
      .values({
        username: account.username,
        username_key: account.usernameKey,
        student_number_hash: account.studentNumberHash,
        password_hash: account.passwordHash,
        credential_version: 1,
        created_at: account.createdAt,
        last_seen_at: account.createdAt,
        study_count: 0,
      })
      .returning(accountColumns)
      .executeTakeFirstOrThrow()
    return toAccount(row)
  } catch (error) {
    throw takenError(error) ?? error
  }
}

function takenError(error: unknown): DomainError | undefined {
  const violated = violatedUniqueness(error)
  if (violated === undefined) return undefined
  return new DomainError(violated.includes('username_key') ? 'user-name-taken' : 'student-number-taken')
}

export function findAccount(db: Db, id: AccountId): MaybePromise<Account | undefined> {
  return andThen(accountById.first(db, { id }), (row) => row && toAccount(row))
}

const accountById = statement<{ id: AccountId }, AccountRow>((db, { id }) =>
  db.selectFrom('accounts').select(accountColumns).where('id', '=', id).compile(),
)

export async function findByUserName(db: Db, usernameKey: string): Promise<Account | undefined> {
  const row = await db
    .selectFrom('accounts')
    .select(accountColumns)
    .where('username_key', '=', usernameKey)
    .executeTakeFirst()
  return row && toAccount(row)
}

export async function findByStudentNumber(db: Db, studentNumberHash: string): Promise<Account | undefined> {
  const row = await db
    .selectFrom('accounts')
    .select(accountColumns)
    .where('student_number_hash', '=', studentNumberHash)
    .executeTakeFirst()
  return row && toAccount(row)
}

/** Serializes the writes of one student. SQLite needs no lock, because it has a single writer. */
export async function lockAccount(db: Db, id: AccountId, kind: DatabaseKind): Promise<void> {
  if (kind === 'postgres') await db.selectFrom('accounts').select('id').where('id', '=', id).forUpdate().execute()
}

/** @throws DomainError `user-name-taken` */
export async function updateUserName(db: Db, id: AccountId, username: string, usernameKey: string): Promise<void> {
  try {
    await db.updateTable('accounts').set({ username, username_key: usernameKey }).where('id', '=', id).execute()
  } catch (error) {
    throw takenError(error) ?? error
  }
}

/** @throws DomainError `student-number-taken` */
export async function updateStudentNumber(db: Db, id: AccountId, studentNumberHash: string): Promise<void> {
  try {
    await db.updateTable('accounts').set({ student_number_hash: studentNumberHash }).where('id', '=', id).execute()
  } catch (error) {
    throw takenError(error) ?? error
  }
}

/**
 * Stores the latest visit of each account. A stored visit is moved back only if it is in the future, because the clock
 * was ahead when it was stored.
 */
export async function updateLastSeen(
  db: Db,
  seen: Iterable<[AccountId, EpochSeconds]>,
  now: EpochSeconds,
): Promise<void> {
  for (const [id, at] of seen) await visit.all(db, { id, at, latest: now + clockSkewSeconds })
}

const visit = statement<{ id: AccountId; at: EpochSeconds; latest: EpochSeconds }, unknown>((db, { id, at, latest }) =>
  db
    .updateTable('accounts')
    .set({ last_seen_at: at })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('last_seen_at', '<', at), eb('last_seen_at', '>', latest)]))
    .compile(),
)

export async function listAccounts(db: Db, afterId: number, limit: number): Promise<Account[]> {
  const rows = await db
    .selectFrom('accounts')
    .select(accountColumns)
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(toAccount)
}

export async function deleteAccount(db: Db, id: AccountId): Promise<void> {
  await db.deleteFrom('accounts').where('id', '=', id).execute()
}

interface AccountRow {
  id: number
  username: string
  created_at: number
  last_seen_at: number
  study_count: number
  study_version: number
  visibility: Visibility
}

function toAccount(row: AccountRow): Account {
  return {
    id: row.id as AccountId,
    username: row.username,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    studyCount: row.study_count,
    studyVersion: row.study_version,
    visibility: row.visibility,
  }
}
