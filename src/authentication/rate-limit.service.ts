import { createHmac } from 'node:crypto'
import type { Clock, EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import { DatabaseUnavailableError } from '../storage/database-unavailable.ts'
import type { Db, Storage } from '../storage/storage.ts'
import {
  deleteExpiredRateLimits,
  findRateLimits,
  lockRateLimits,
  type RateLimitStates,
  storeRateLimits,
} from './rate-limit.repository.ts'
import {
  afterTry,
  type Charge,
  openWindow,
  type RateLimit,
  type RateLimitState,
  type Refusal,
  refusalDetails,
  type Standing,
  strictest,
  waitSeconds,
  withoutTry,
} from './rate-limit.ts'

export interface RateLimitDeps {
  storage: Storage
  clock: Clock
  /** Keys are kept under it: they hold addresses and login names, a student number among them. */
  key: Buffer
  /** False lifts all limits but those that hold always. */
  enforced: boolean
}

/** What came of booking: by alternative, its refusal or none; and what is left of the first limit that all share. */
export interface Booking {
  refusals: readonly (Refusal | undefined)[]
  standing: Standing | undefined
}

interface Decision extends Booking {
  refused: Refusal | undefined
  after: Map<string, RateLimitState>
}

export type RateLimitService = ReturnType<typeof createRateLimitService>

/** Tries are booked before they are made, so that many at once cannot exceed a limit, and refunded where they were none. */
export function createRateLimitService({ storage, clock, key, enforced }: RateLimitDeps) {
  const keyOf = ({ limit, who }: Charge) =>
    createHmac('sha256', key).update(`${limit.name}\n${who}`).digest('base64url')
  const turns = new Map<string, Promise<unknown>>()
  const isEnforced = ({ limit }: Charge) => enforced || limit.always === true

  function decide(shared: readonly Charge[], choices: readonly Charge[][], states: RateLimitStates): Decision {
    const now = clock.now()
    const stateOf = (charge: Charge) => states.get(keyOf(charge))
    const refusalOf = (charges: readonly Charge[]) =>
      strictest(
        charges
          .map((charge) => ({ limit: charge.limit, waitSeconds: waitSeconds(charge.limit, stateOf(charge), now) }))
          .filter((refusal) => refusal.waitSeconds > 0),
      )
    const refusals = choices.map(refusalOf)
    const isOpen = refusals.includes(undefined)
    const booked = [...shared, ...choices.filter((_, at) => refusals[at] === undefined).flat()]
    const [first] = shared
    return {
      refused: refusalOf(shared) ?? (isOpen ? undefined : strictest(refusals.flatMap((one) => one ?? []))),
      refusals,
      after: new Map(
        booked
          .filter(({ limit }) => !limit.afterwards)
          .map((charge) => [keyOf(charge), afterTry(charge.limit, stateOf(charge), now)]),
      ),
      standing: first && standingAfter(first.limit, stateOf(first), now),
    }
  }

  /**
   * Books one try: all of `shared`, and each of the `choices` (all or nothing of it) that its limits allow, one at least.
   * @throws DomainError of the refusal, `too-many-requests` mostly
   */
  async function bookAny(shared: readonly Charge[], choices: readonly Charge[][]): Promise<Booking> {
    const held = shared.filter(isEnforced)
    const open = choices.map((charges) => charges.filter(isEnforced))
    const keys = [...new Set([...held, ...open.flat()].map(keyOf))]
    if (keys.length === 0) return { refusals: choices.map(() => undefined), standing: undefined }
    const [turn = keys[0] as string] = [...open.flat(), ...held].filter(({ limit }) => !limit.afterwards).map(keyOf)
    return inTurn(turn, async () => {
      // A try that is refused costs a read, and no write.
      refuse(decide(held, open, await findRateLimits(storage.db, keys)))
      const decision = await storage.write(async (tx) => {
        const made = decide(held, open, await lockRateLimits(tx, keys, storage.kind))
        if (made.refused === undefined && made.after.size > 0) await storeRateLimits(tx, made.after)
        return made
      })
      return refuse(decision)
    })
  }

  /**
   * One after the other in this process: many who wait for the same row would hold the database's connections. While it is unavailable,
   * those who waited for one that found so are told with it.
   */
  function inTurn<T>(turn: string, work: () => Promise<T>): Promise<T> {
    const mine = (turns.get(turn) ?? Promise.resolve()).then(work, (error: unknown) => {
      if (error instanceof DatabaseUnavailableError) throw error
      return work()
    })
    turns.set(turn, mine)
    const end = () => {
      if (turns.get(turn) === mine) turns.delete(turn)
    }
    mine.then(end, end)
    return mine
  }

  function refuse(decision: Decision): Decision {
    if (decision.refused !== undefined) throw refusalError(decision.refused)
    return decision
  }

  /** All or nothing. @throws DomainError of the refusal, `too-many-requests` mostly */
  const book = (charges: readonly Charge[]): Promise<Booking> => bookAny(charges, [[]])

  /**
   * The end of a try that was booked: what `isKept` says stays, the rest is given back. `notes` are to be found by `areNoted`.
   * One write, or none where nothing changes.
   */
  async function settle(
    charges: readonly Charge[],
    isKept: (limit: RateLimit) => boolean,
    notes: readonly Charge[] = [],
  ): Promise<void> {
    const now = clock.now()
    const changes = new Map<string, (state: RateLimitState | undefined) => RateLimitState | undefined>()
    for (const charge of charges.filter(isEnforced)) {
      const { limit } = charge
      if (!isKept(limit) && !limit.afterwards) changes.set(keyOf(charge), (state) => withoutTry(limit, state, now))
      if (isKept(limit) && limit.afterwards) changes.set(keyOf(charge), (state) => afterTry(limit, state, now))
    }
    for (const note of notes.filter(isEnforced))
      changes.set(keyOf(note), () => ({ points: 1, expiresAt: now + note.limit.duration }))
    if (changes.size > 0) await storage.write((tx) => change(tx, changes))
  }

  /** One try that was counted is given back. */
  async function refund(charge: Charge): Promise<void> {
    if (!isEnforced(charge)) return
    const now = clock.now()
    await storage.write((tx) => change(tx, new Map([[keyOf(charge), (state) => withoutTry(charge.limit, state, now)]])))
  }

  async function change(
    tx: Db,
    changes: ReadonlyMap<string, (state: RateLimitState | undefined) => RateLimitState | undefined>,
  ): Promise<void> {
    const states = await lockRateLimits(tx, [...changes.keys()], storage.kind)
    const after = new Map<string, RateLimitState>()
    for (const [key, changed] of changes) {
      const state = changed(states.get(key))
      if (state !== undefined) after.set(key, state)
    }
    if (after.size > 0) await storeRateLimits(tx, after)
  }

  /** Which of these have been noted, and not longer ago than their limit's duration. */
  async function areNoted(charges: readonly Charge[]): Promise<boolean[]> {
    if (!enforced || charges.length === 0) return charges.map(() => false)
    const states = await findRateLimits(storage.db, charges.map(keyOf))
    return charges.map((charge) => openWindow(charge.limit, states.get(keyOf(charge)), clock.now()) !== undefined)
  }

  return {
    book,
    bookAny,
    settle,
    refund,
    areNoted,
    forgetExpired: () => storage.write((tx) => deleteExpiredRateLimits(tx, clock.now())),
  }
}

export function refusalError(refusal: Refusal): DomainError {
  const { code, ...details } = refusalDetails(refusal)
  const { limit, waitSeconds } = refusal
  return new DomainError(code, { ...details, rateLimit: { limit, remaining: 0, resetSeconds: waitSeconds } })
}

function standingAfter(limit: RateLimit, state: RateLimitState | undefined, now: EpochSeconds): Standing {
  const after = afterTry(limit, state, now)
  return { limit, remaining: Math.max(0, limit.points - after.points), resetSeconds: after.expiresAt - now }
}
