import { createHmac } from 'node:crypto'
import type { Clock, EpochSeconds } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import { DatabaseUnavailableError } from '../../storage/database-unavailable.ts'
import type { Db, Storage } from '../../storage/storage.ts'
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
  /** Keys are stored as HMACs under this key, because they contain addresses and login names, which may be student numbers. */
  key: Buffer
  /** False disables all limits except those with `always`. */
  enforced: boolean
}

/** The result of booking: the refusal of each alternative, if any, and what is left of the first shared limit. */
export interface Booking {
  refusals: readonly (Refusal | undefined)[]
  standing: Standing | undefined
}

interface Decision extends Booking {
  refused: Refusal | undefined
  after: Map<string, RateLimitState>
}

export type RateLimitService = ReturnType<typeof createRateLimitService>

/** Books tries before they are made, so that concurrent tries cannot exceed a limit, and refunds those that should not count. */
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
   * Books one try: all charges in `shared`, and each of the `choices` that its limits allow, but at least one.
   * @throws DomainError of the refusal, usually `too-many-requests`
   */
  async function bookAny(shared: readonly Charge[], choices: readonly Charge[][]): Promise<Booking> {
    const held = shared.filter(isEnforced)
    const open = choices.map((charges) => charges.filter(isEnforced))
    const keys = [...new Set([...held, ...open.flat()].map(keyOf))]
    if (keys.length === 0) return { refusals: choices.map(() => undefined), standing: undefined }
    const [turn = keys[0] as string] = [...open.flat(), ...held].filter(({ limit }) => !limit.afterwards).map(keyOf)
    return inTurn(turn, async () => {
      // A refused try costs a read but no write.
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
   * Runs tries for the same row one after another within this process: many waiting for the same row would hold all
   * database connections. If one of them finds the database unavailable, those waiting for it fail with the same error.
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

  /** Books all charges or none. @throws DomainError of the refusal, usually `too-many-requests` */
  const book = (charges: readonly Charge[]): Promise<Booking> => bookAny(charges, [[]])

  /**
   * Settles a booked try: keeps the charges for which `isKept` returns true and refunds the rest. Stores `notes`, which
   * `areNoted` finds later. Takes one write, or none if nothing changes.
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

  /** Refunds one try. */
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

  /** Whether each of these was noted, no longer ago than its limit's duration. */
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
    deleteExpired: () => storage.write((tx) => deleteExpiredRateLimits(tx, clock.now())),
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
