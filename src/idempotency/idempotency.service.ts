import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { MaybePromise } from '../shared/maybe-promise.ts'
import { DatabaseUnavailableError } from '../storage/database-unavailable.ts'
import type { Db, Storage, Transact } from '../storage/storage.ts'
import {
  identityOf,
  type KeyedRequest,
  keyLifetimeSeconds,
  maxInFlightSeconds,
  type RequestIdentity,
  type StoredAnswer,
} from './idempotency.ts'
import {
  deleteKeys,
  findExpiredKeys,
  findKey,
  releaseKey,
  type StoredKey,
  storeKey,
} from './idempotency-key.repository.ts'

export interface IdempotencyDeps {
  storage: Storage
  clock: Clock
  keys: { idempotency: Buffer; previous?: { idempotency: Buffer } }
}

/** A use case that yields `T`, and its answer `A`. */
export interface Operation<T, A> {
  /**
   * Runs the use case, with `write` for its one transaction. The transaction yields the same as the use case. A use
   * case that stores nothing may ignore `write`.
   */
  use: (write: Storage['write']) => MaybePromise<T>
  present: (result: T) => A
  /** Returns undefined for an answer that must not be stored. */
  toStored: (answer: A) => StoredAnswer | undefined
  /** Whether the use case waits for the school before it writes. Meanwhile, other processes refuse the key. */
  asksSchool: boolean
}

/** The answer of this operation, or the stored one of an earlier request. */
export type Outcome<A> = { answer: A } | { stored: StoredAnswer }

export type IdempotencyService = ReturnType<typeof createIdempotencyService>

const keysPerDeletion = 500

/** Another process has answered the same request meanwhile. Throwing this rolls back the transaction. */
class AnsweredMeanwhile extends Error {}

export function createIdempotencyService({ storage, clock, keys }: IdempotencyDeps) {
  /** The requests that this process is answering: fingerprints by mark. */
  const inFlight = new Map<string, string>()

  /**
   * Runs the operation, and stores its answer in the same transaction; or returns the answer that was stored for the
   * same request in the last 24 hours.
   * @throws DomainError `idempotency-key-reused`, `request-in-flight`, and whatever the operation throws
   */
  async function once<T, A>(request: KeyedRequest, operation: Operation<T, A>): Promise<Outcome<A>> {
    const identity = identityOf(request, keys.idempotency)
    const { mark, fingerprint } = identity
    const running = inFlight.get(mark)
    if (running !== undefined) throw new DomainError(refusal(running === fingerprint))
    inFlight.set(mark, fingerprint)
    try {
      const stored = (await findAnswer(storage.db, identity)) ?? (await findOlderAnswer(request))
      if (stored) return { stored }
      if (operation.asksSchool) await reserveKey(identity)
      return await runOrFindAnswer(identity, operation)
    } finally {
      inFlight.delete(mark)
    }
  }

  async function runOrFindAnswer<T, A>(identity: RequestIdentity, operation: Operation<T, A>): Promise<Outcome<A>> {
    try {
      return { answer: await run(identity, operation) }
    } catch (error) {
      // It may have failed because another process has just done the same, or after its own commit succeeded.
      const stored = await findAnswerAfter(error, identity, operation.asksSchool)
      if (stored) return { stored }
      throw error
    }
  }

  async function run<T, A>(identity: RequestIdentity, { use, present, toStored }: Operation<T, A>): Promise<A> {
    let written: { answer: A } | undefined
    const write: Transact<unknown> = async (work) => {
      const [result, answer] = await storage.write(async (tx) => {
        const result = await work(tx)
        const answer = present(result as T)
        await storeAnswer(tx, identity, toStored(answer))
        return [result, answer] as const
      })
      written = { answer }
      return result
    }
    const result = await use(write as Storage['write'])
    if (written) return written.answer
    const answer = present(result)
    const unwritten = toStored(answer)
    if (unwritten) await storage.write((tx) => storeAnswer(tx, identity, unwritten))
    return answer
  }

  async function storeAnswer(tx: Db, identity: RequestIdentity, answer: StoredAnswer | undefined): Promise<void> {
    if (answer === undefined) return
    const now = clock.now()
    const replaceable = { createdUntil: now - keyLifetimeSeconds, unansweredUntil: Number.MAX_SAFE_INTEGER }
    if (!(await storeKey(tx, { ...identity, answer, createdAt: now }, replaceable))) throw new AnsweredMeanwhile()
  }

  /** Stores the key without an answer, so that other processes refuse the request while it is in flight. */
  async function reserveKey(identity: RequestIdentity): Promise<void> {
    const now = clock.now()
    const stored = { ...identity, answer: undefined, createdAt: now }
    const replaceable = { createdUntil: now - keyLifetimeSeconds, unansweredUntil: now - maxInFlightSeconds }
    if (!(await storage.write((tx) => storeKey(tx, stored, replaceable)))) throw new DomainError('request-in-flight')
  }

  /** @throws DomainError `idempotency-key-reused`, `request-in-flight` */
  async function findAnswer(db: Db, { mark, fingerprint }: RequestIdentity): Promise<StoredAnswer | undefined> {
    const stored = await findKey(db, mark)
    if (stored === undefined || isExpired(stored)) return undefined
    const isSameRequest = stored.fingerprint === fingerprint
    if (!isSameRequest || stored.answer === undefined) throw new DomainError(refusal(isSameRequest))
    return stored.answer
  }

  /** Rows that were stored before the secret was changed have other marks. */
  async function findOlderAnswer(request: KeyedRequest): Promise<StoredAnswer | undefined> {
    return keys.previous && findAnswer(storage.db, identityOf(request, keys.previous.idempotency))
  }

  /**
   * Frees a reserved key, and returns the answer of the same request if there is one now. Reads within a write, because
   * the snapshot of `storage.db` may be older than what made the operation fail.
   * @throws DomainError as `findAnswer`; `error` if the database fails as well
   */
  async function findAnswerAfter(error: unknown, identity: RequestIdentity, isReserved: boolean) {
    const found = storage
      .write(async (tx) => {
        if (isReserved) await releaseKey(tx, identity.mark)
        return findAnswer(tx, identity)
      })
      .catch((failure: unknown) => {
        throw failure instanceof DomainError ? failure : error
      })
    if (!(error instanceof DatabaseUnavailableError)) return found
    // The caller has waited long enough. A repeated request will find out whether anything was written.
    found.catch(() => undefined)
    throw error
  }

  function isExpired({ answer, createdAt }: StoredKey): boolean {
    return createdAt <= clock.now() - (answer ? keyLifetimeSeconds : maxInFlightSeconds)
  }

  /** Deletes expired keys, and keys from a clock that was far ahead. */
  async function deleteExpired(): Promise<void> {
    for (;;) {
      const now = clock.now()
      const limits = { until: now - keyLifetimeSeconds, latest: now + keyLifetimeSeconds }
      const marks = await findExpiredKeys(storage.db, limits, keysPerDeletion)
      if (marks.length > 0) await storage.write((tx) => deleteKeys(tx, marks))
      if (marks.length < keysPerDeletion) return
    }
  }

  return { once, write: storage.write, deleteExpired }
}

function refusal(isSameRequest: boolean) {
  return isSameRequest ? 'request-in-flight' : 'idempotency-key-reused'
}
