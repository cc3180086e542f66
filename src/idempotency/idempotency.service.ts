import type { Clock, EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { MaybePromise } from '../shared/maybe-promise.ts'
import type { Db, Storage, Transact } from '../storage/storage.ts'
import { identityOf, type KeyedRequest, keyLifetime, longestInFlight, type RequestIdentity } from './idempotency.ts'
import {
  deleteKeys,
  findExpiredKeys,
  findKey,
  type IdempotencyKeyRow,
  releaseKey,
  storeKey,
} from './idempotency-key.repository.ts'

export interface IdempotencyDeps {
  storage: Storage
  clock: Clock
  keys: { idempotency: Buffer; previous?: { idempotency: Buffer } }
}

/** The answer of a request that succeeded. Only these are kept: after a refusal, the same key can be used again. */
export interface KeptAnswer {
  status: number
  location: string | undefined
  /** JSON; undefined for an answer without a body. */
  text: string | undefined
  /** The account that the answer tells about. */
  accountId: number | undefined
}

/** A use case that yields `T`, and its answer `A`. */
export interface Operation<T, A> {
  /**
   * Runs the use case, with `write` for its transaction, which yields what the use case yields. A use case that stores
   * nothing may ignore `write`.
   */
  use: (write: Storage['write']) => MaybePromise<T>
  present: (result: T) => A
  /** Returns undefined for an answer that nobody can ask for again. */
  kept: (answer: A) => KeptAnswer | undefined
  /** Whether the use case waits for the school before it writes. Other processes then refuse the key meanwhile. */
  asksSchool: boolean
}

/** The answer of an operation that ran now, or that of the earlier request. */
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
      // It may have failed because another process has just done the same, or after its own commit.
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
    const row = rowOf(identity, answer, now)
    const replaceable = { createdUntil: now - keyLifetime, unansweredUntil: Number.MAX_SAFE_INTEGER }
    if (!(await storeKey(tx, row, replaceable))) throw new AnsweredMeanwhile()
  }

  /** Tells other processes that the request is in flight. */
  async function claim(identity: RequestIdentity): Promise<void> {
    const now = clock.now()
    const row = rowOf(identity, undefined, now)
    const replaceable = { createdUntil: now - keyLifetime, unansweredUntil: now - longestInFlight }
    if (!(await storage.write((tx) => storeKey(tx, row, replaceable)))) throw new DomainError('request-in-flight')
  }

  /** @throws DomainError `idempotency-key-reused`, `request-in-flight` */
  async function recall(db: Db, { mark, fingerprint }: RequestIdentity): Promise<KeptAnswer | undefined> {
    const row = await findKey(db, mark)
    if (row === undefined || !isAlive(row)) return undefined
    if (row.fingerprint !== fingerprint || row.status === null)
      throw new DomainError(refusal(row.fingerprint === fingerprint))
    return answerIn(row)
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
    return storage
      .write(async (tx) => {
        if (isClaimed) await releaseKey(tx, identity.mark)
        return recall(tx, identity)
      })
      .catch((failure: unknown) => {
        throw failure instanceof DomainError ? failure : error
      })
  }

  function isAlive({ status, created_at: createdAt }: IdempotencyKeyRow): boolean {
    return createdAt > clock.now() - (status === null ? longestInFlight : keyLifetime)
  }

  /** Deletes keys that are too old, and those from a clock that was far ahead. */
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

function rowOf(identity: RequestIdentity, answer: KeptAnswer | undefined, now: EpochSeconds): IdempotencyKeyRow {
  return {
    ...identity,
    account_id: answer?.accountId ?? null,
    status: answer?.status ?? null,
    location: answer?.location ?? null,
    body: answer?.text ?? null,
    created_at: now,
  }
}

function answerIn({ status, location, body, account_id }: IdempotencyKeyRow): KeptAnswer {
  return {
    status: status ?? 200,
    location: location ?? undefined,
    text: body ?? undefined,
    accountId: account_id ?? undefined,
  }
}
