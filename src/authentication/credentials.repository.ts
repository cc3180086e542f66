import type { AccountId, Credentials } from '../accounts/account.ts'
import type { MaybePromise } from '../shared/maybe-promise.ts'
import { statement } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import { deleteSessionsBetween, deleteSessionsOf } from './sessions/session.repository.ts'

/** The accounts that a login name may refer to. An account found by its user name is not also returned as `byNumber`. */
export interface FoundCredentials {
  byName?: Credentials
  byNumber?: Credentials
}

export async function findCredentials(
  db: Db,
  usernameKey: string,
  studentNumberHash?: string,
): Promise<FoundCredentials> {
  // PostgreSQL refuses a NUL in text, and no user name contains one.
  if (usernameKey.includes('\0')) return {}
  const rows = await db
    .selectFrom('accounts')
    .select(credentialColumns)
    .where((eb) =>
      eb.or([
        eb('username_key', '=', usernameKey),
        ...(studentNumberHash === undefined ? [] : [eb('student_number_hash', '=', studentNumberHash)]),
      ]),
    )
    .execute()
  const found: FoundCredentials = {}
  for (const row of rows) found[row.username_key === usernameKey ? 'byName' : 'byNumber'] = toCredentials(row)
  return found
}

export async function findCredentialsOf(db: Db, id: AccountId): Promise<Credentials | undefined> {
  const row = await db.selectFrom('accounts').select(credentialColumns).where('id', '=', id).executeTakeFirst()
  return row && toCredentials(row)
}

const credentialColumns = ['id', 'username_key', 'password_hash', 'credential_version', 'student_number_hash'] as const

interface CredentialRow {
  id: number
  username_key: string
  password_hash: string
  credential_version: number
  student_number_hash: string
}

function toCredentials(row: CredentialRow): Credentials {
  return {
    accountId: row.id as AccountId,
    passwordHash: row.password_hash,
    version: row.credential_version,
    studentNumberHash: row.student_number_hash,
    usernameKey: row.username_key,
  }
}

/**
 * The state that decides whether an account's credentials are still valid. A new version invalidates all tokens; after
 * a change of the student number or user name, the old one no longer belongs to the account.
 */
export interface CredentialState {
  version: number
  studentNumberHash: string
  usernameKey: string
}

export function findCredentialState(db: Db, id: AccountId): MaybePromise<CredentialState | undefined> {
  return credentialStateById.first(db, { id })
}

const credentialStateById = statement<{ id: AccountId }, CredentialState>((db, { id }) =>
  db
    .selectFrom('accounts')
    .select([
      ...(['credential_version as version', 'student_number_hash as studentNumberHash'] as const),
      'username_key as usernameKey',
    ])
    .where('id', '=', id)
    .compile(),
)

/** Stores a new hash of the same password. Tokens stay valid. */
export async function updatePasswordHash(db: Db, id: AccountId, from: string, to: string): Promise<void> {
  await db
    .updateTable('accounts')
    .set({ password_hash: to })
    .where('id', '=', id)
    .where('password_hash', '=', from)
    .execute()
}

/** Invalidates every token and session so far, and every cached verification. */
export async function endTokens(db: Db, id: AccountId): Promise<void> {
  await db
    .updateTable('accounts')
    .set((eb) => ({ credential_version: eb('credential_version', '+', 1) }))
    .where('id', '=', id)
    .execute()
  await deleteSessionsOf(db, id)
}

/** Does the same for up to `limit` accounts, in order of id, after the id `after`. Returns undefined if there are none. */
export async function endTokensAfter(
  db: Db,
  after: number,
  limit: number,
): Promise<{ last: number; count: number } | undefined> {
  const ids = await db.selectFrom('accounts').select('id').where('id', '>', after).orderBy('id').limit(limit).execute()
  const last = ids.at(-1)?.id
  if (last === undefined) return undefined
  await db
    .updateTable('accounts')
    .set((eb) => ({ credential_version: eb('credential_version', '+', 1) }))
    .where('id', '>', after)
    .where('id', '<=', last)
    .execute()
  await deleteSessionsBetween(db, after, last)
  return { last, count: ids.length }
}

/** Stores a new password and invalidates every token and session so far. */
export async function replacePassword(db: Db, id: AccountId, passwordHash: string): Promise<void> {
  await db
    .updateTable('accounts')
    .set((eb) => ({ password_hash: passwordHash, credential_version: eb('credential_version', '+', 1) }))
    .where('id', '=', id)
    .execute()
  await deleteSessionsOf(db, id)
}
