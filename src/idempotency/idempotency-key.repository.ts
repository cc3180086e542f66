import type { EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import { violatesReference } from '../storage/constraint-errors.ts'
import { statement } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { RequestIdentity, StoredAnswer } from './idempotency.ts'
import type { IdempotencyKeyTable } from './idempotency-key.table.ts'

/** A key whose request was answered, or is in flight. */
export interface StoredKey extends RequestIdentity {
  /** Undefined while the request is in flight. */
  answer: StoredAnswer | undefined
  createdAt: EpochSeconds
}

/** The rows that may be replaced. */
export interface Replaceable {
  /** All rows created at this time or earlier. */
  createdUntil: EpochSeconds
  /** Unanswered rows created at this time or earlier. */
  unansweredUntil: EpochSeconds
}

export function findKey(db: Db, mark: string): MaybePromise<StoredKey | undefined> {
  return andThen(keyByMark.first(db, { mark }), (row) => row && toStoredKey(row))
}

const keyByMark = statement<{ mark: string }, IdempotencyKeyTable>((db, { mark }) =>
  db.selectFrom('idempotency_keys').selectAll().where('mark', '=', mark).compile(),
)

/**
 * Returns false, and stores nothing, if there is a row for the key that may not be replaced. On PostgreSQL, waits for
 * a transaction that is storing the same key.
 * @throws DomainError `unauthorized` if the account was removed after its credentials were checked
 */
export async function storeKey(tx: Db, key: StoredKey, replaceable: Replaceable): Promise<boolean> {
  try {
    return (await keyStored.first(tx, { ...toRow(key), ...replaceable })) !== undefined
  } catch (error) {
    throw violatesReference(error) ? new DomainError('unauthorized') : error
  }
}

const keyStored = statement<IdempotencyKeyTable & Replaceable, { mark: string }>((db, values) => {
  const { mark, fingerprint, account_id, status, location, body, created_at, createdUntil, unansweredUntil } = values
  return db
    .insertInto('idempotency_keys')
    .values({ mark, fingerprint, account_id, status, location, body, created_at })
    .onConflict((conflict) =>
      conflict
        .column('mark')
        .doUpdateSet((eb) => ({
          fingerprint: eb.ref('excluded.fingerprint'),
          account_id: eb.ref('excluded.account_id'),
          status: eb.ref('excluded.status'),
          location: eb.ref('excluded.location'),
          body: eb.ref('excluded.body'),
          created_at: eb.ref('excluded.created_at'),
        }))
        .where((eb) =>
          eb.or([
            eb('idempotency_keys.created_at', '<=', createdUntil),
            eb.and([
              eb('idempotency_keys.status', 'is', null),
              eb('idempotency_keys.created_at', '<=', unansweredUntil),
            ]),
          ]),
        ),
    )
    .returning('mark')
    .compile()
})

/** Frees a key whose request was not answered. */
export async function releaseKey(tx: Db, mark: string): Promise<void> {
  await tx.deleteFrom('idempotency_keys').where('mark', '=', mark).where('status', 'is', null).execute()
}

/** Returns at most `limit` keys that were created at or before `until`, or after `latest`. */
export async function findExpiredKeys(
  db: Db,
  { until, latest }: { until: EpochSeconds; latest: EpochSeconds },
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('idempotency_keys')
    .select('mark')
    .where((eb) => eb.or([eb('created_at', '<=', until), eb('created_at', '>', latest)]))
    .limit(limit)
    .execute()
  return rows.map(({ mark }) => mark)
}

export async function deleteKeys(tx: Db, marks: readonly string[]): Promise<void> {
  await tx.deleteFrom('idempotency_keys').where('mark', 'in', marks).execute()
}

function toRow({ mark, fingerprint, answer, createdAt }: StoredKey): IdempotencyKeyTable {
  return {
    mark,
    fingerprint,
    account_id: answer?.accountId ?? null,
    status: answer?.status ?? null,
    location: answer?.location ?? null,
    body: answer?.text ?? null,
    created_at: createdAt,
  }
}

function toStoredKey({ status, location, body, account_id, ...row }: IdempotencyKeyTable): StoredKey {
  const parts = { location: location ?? undefined, text: body ?? undefined, accountId: account_id ?? undefined }
  const answer = status === null ? undefined : { status, ...parts }
  return { mark: row.mark, fingerprint: row.fingerprint, answer, createdAt: row.created_at }
}
