import type { Clock } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { MaybePromise } from '../shared/maybe-promise.ts'
import { DatabaseUnavailableError } from '../storage/database-unavailable.ts'
import type { Db, Storage, Transact } from '../storage/storage.ts'
import {
  identityOf,
  type KeptAnswer,
  type KeyedRequest,
  keyLifetime,
  longestInFlight,
  type RequestIdentity,
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
  /** Returns undefined for an answer that cannot be requested again. */
  kept: (answer: A) => KeptAnswer | undefined
  /** Whether the use case waits for the school before it writes. Meanwhile, other processes refuse the key. */
  asksSchool: boolean
}

/** The answer of this operation, or of the earlier request. */
export type Outcome<A> = { answer: A } | { kept: KeptAnswer }

export type IdempotencyService = ReturnType<typeof createIdempotencyService>

const deletedAtOnce = 500

/** Another process has answered the same request since it was looked up. Rolls back what was written here. */
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
      const kept = (await recall(storage.db, identity)) ?? (await recallOlder(request))
      if (kept) return { kept }
      if (operation.asksSchool) await claim(identity)
      return await runOrRecall(identity, operation)
    } finally {
      inFlight.delete(mark)
    }
  }

  async function runOrRecall<T, A>(identity: RequestIdentity, operation: Operation<T, A>): Promise<Outcome<A>> {
    try {
      return { answer: await run(identity, operation) }
    } catch (error) {
      // It may have failed because another process has just done the same, or after its own commit succeeded.
      const kept = await recallAfter(error, identity, operation.asksSchool)
      if (kept) return { kept }
      throw error
    }
  }

  async function run<T, A>(identity: RequestIdentity, { use, present, kept }: Operation<T, A>): Promise<A> {
    let written: { answer: A } | undefined
    const write: Transact<unknown> = async (work) => {
      const [result, answer] = await storage.write(async (tx) => {
        const result = await work(tx)
        const answer = present(result as T)
        await keep(tx, identity, kept(answer))
        return [result, answer] as const
      })
      written = { answer }
      return result
    }
    const result = await use(write as Storage['write'])
    if (written) return written.answer
    const answer = present(result)
    const unwritten = kept(answer)
    if (unwritten) await storage.write((tx) => keep(tx, identity, unwritten))
    return answer
  }

  async function keep(tx: Db, identity: RequestIdentity, answer: KeptAnswer | undefined): Promise<void> {
    if (answer === undefined) return
    const now = clock.now()
    const replaceable = { createdUntil: now - keyLifetime, unansweredUntil: Number.MAX_SAFE_INTEGER }
    if (!(await storeKey(tx, { ...identity, answer, createdAt: now }, replaceable))) throw new AnsweredMeanwhile()
  }

  /** Tells other processes that the request is in flight. */
  async function claim(identity: RequestIdentity): Promise<void> {
    const now = clock.now()
    const stored = { ...identity, answer: undefined, createdAt: now }
    const replaceable = { createdUntil: now - keyLifetime, unansweredUntil: now - longestInFlight }
    if (!(await storage.write((tx) => storeKey(tx, stored, replaceable)))) throw new DomainError('request-in-flight')
  }

  /** @throws DomainError `idempotency-key-reused`, `request-in-flight` */
  async function recall(db: Db, { mark, fingerprint }: RequestIdentity): Promise<KeptAnswer | undefined> {
    const stored = await findKey(db, mark)
    if (stored === undefined || !isAlive(stored)) return undefined
    const isSameRequest = stored.fingerprint === fingerprint
    if (!isSameRequest || stored.answer === undefined) throw new DomainError(refusal(isSameRequest))
    return stored.answer
  }

  /** Before the secret was changed, rows were stored under other marks. */
  async function recallOlder(request: KeyedRequest): Promise<KeptAnswer | undefined> {
    return keys.previous && recall(storage.db, identityOf(request, keys.previous.idempotency))
  }

  /**
   * Frees a claimed key, and returns the answer of the same request, if there is one by now. Asks within a write,
   * because the snapshot of `storage.db` may be older than what made the operation fail.
   * @throws DomainError as `recall`; `error` if the database fails as well
   */
  async function recallAfter(error: unknown, identity: RequestIdentity, isClaimed: boolean) {
    const looked = storage
      .write(async (tx) => {
        if (isClaimed) await releaseKey(tx, identity.mark)
        return recall(tx, identity)
      })
      .catch((failure: unknown) => {
        throw failure instanceof DomainError ? failure : error
      })
    if (!(error instanceof DatabaseUnavailableError)) return looked
    // The caller has waited long enough. A repeated request will find out whether anything was written.
    looked.catch(() => undefined)
    throw error
  }

  function isAlive({ answer, createdAt }: StoredKey): boolean {
    return createdAt > clock.now() - (answer ? keyLifetime : longestInFlight)
  }

  /** Deletes keys that are too old, and keys from a clock that was far ahead. */
  async function forgetExpired(): Promise<void> {
    for (;;) {
      const now = clock.now()
      const limits = { until: now - keyLifetime, latest: now + keyLifetime }
      const marks = await findExpiredKeys(storage.db, limits, deletedAtOnce)
      if (marks.length > 0) await storage.write((tx) => deleteKeys(tx, marks))
      if (marks.length < deletedAtOnce) return
    }
  }

  return { once, write: storage.write, forgetExpired }
}

function refusal(isSameRequest: boolean) {
  return isSameRequest ? 'request-in-flight' : 'idempotency-key-reused'
}
