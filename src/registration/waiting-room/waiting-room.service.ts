import type { Gate, Pass, TurnedAway, Visitor } from '../../schools/gate.ts'
import type { Storage } from '../../storage/storage.ts'
import { placeIn, placeToken, whoIs } from './place-token.ts'
import type { Departure, Who } from './waiting-room.repository.ts'
import type { Bounds } from './waiting-room.ts'
import { type Applicant, type Outcome, playRound } from './waiting-room-round.ts'

export interface WaitingRoomOptions {
  storage: Storage
  /** Hashes and signs places. */
  key: Buffer
  /** Limits of the school, shared by all processes on this database. */
  bounds: Bounds
  logger: { warn(details: object, message: string): void }
}

export interface WaitingRoom extends Gate {
  /** Waits until no request of this process is in the line any more. */
  close(): Promise<void>
}

/** How often waiting requests check whether it is their turn, and how often the process renews its places. */
const lookMs = 100
const renewMs = 2000

interface Waiting extends Applicant {
  answer(result: Pass | TurnedAway): void
}

const troubled: TurnedAway = { retryAfterSeconds: 2 }

/**
 * The single line in front of the school, stored in the database. It covers all processes and instances and survives
 * their restarts. A process runs one round at a time, in one transaction, for all its requests together.
 */
export function createWaitingRoom({ storage, key, logger, bounds }: WaitingRoomOptions): WaitingRoom {
  const waiting = new Set<Waiting>()
  const asking = new Set<number>()
  let departures: Departure[] = []
  let playing: Promise<void> | undefined
  let isDue = false
  let timer: NodeJS.Timeout | undefined
  let renewedAt = 0
  let isClosed = false

  function wake(): void {
    isDue = true
    if (!isClosed) playing ??= play()
  }

  async function play(): Promise<void> {
    clearTimeout(timer)
    isDue = false
    const applicants = [...waiting]
    const leaving = departures
    departures = []
    const at = performance.now()
    const isRenewal = at - renewedAt >= renewMs
    const round = { applicants, departures: leaving, asking: [...asking], isRenewal, at }
    try {
      const outcomes = await storage.write((tx) => playRound(tx, storage.kind, bounds, round))
      if (isRenewal) renewedAt = at
      for (const [index, applicant] of applicants.entries()) settle(applicant, outcomes[index])
    } catch (error) {
      // These applicants get the same response as if the room were full. Their places expire by themselves.
      logger.warn({ err: error }, 'the waiting room cannot be reached')
      departures = [...leaving, ...departures]
      for (const applicant of applicants) finish(applicant, troubled)
    }
    playing = undefined
    schedule()
  }

  function schedule(): void {
    if (isDue) wake()
    else if (waiting.size > 0) timer = setTimeout(wake, lookMs)
    else if (asking.size + departures.length > 0) timer = setTimeout(wake, renewMs)
  }

  function settle(applicant: Waiting, outcome: Outcome | undefined): void {
    if (outcome === undefined) return
    applicant.id = outcome.id
    if (outcome.state === 'asking') {
      asking.add(outcome.id)
      finish(applicant, passOf(outcome.id, applicant.who.student === null))
    } else if (outcome.state === 'away') {
      const { retryAfterSeconds, ahead, keptId } = outcome
      const { student } = applicant.who
      const place = keptId === undefined || student === null ? {} : { place: placeToken(keptId, student, key) }
      finish(applicant, { retryAfterSeconds, ahead, ...place })
    }
  }

  function finish(applicant: Waiting, result: Pass | TurnedAway): void {
    waiting.delete(applicant)
    applicant.signal.removeEventListener('abort', wake)
    applicant.answer(result)
  }

  function passOf(id: number, isAnonymous: boolean): Pass {
    const since = performance.now()
    return {
      leave(verified) {
        asking.delete(id)
        departures.push({ id, isDone: verified || isAnonymous, ms: performance.now() - since })
        wake()
      },
    }
  }

  function enter(waitMs: number, signal: AbortSignal, visitor?: Visitor): Promise<Pass | TurnedAway> {
    const who: Who = visitor ? whoIs(visitor, key) : { student: null, address: null }
    const named = who.student === null ? undefined : placeIn(visitor?.place, who.student, key)
    return new Promise((answer) => {
      waiting.add({ who, named, id: undefined, until: performance.now() + waitMs, signal, answer })
      signal.addEventListener('abort', wake)
      wake()
    })
  }

  async function close(): Promise<void> {
    while (playing) await playing
    isClosed = true
    clearTimeout(timer)
  }

  return { enter, close }
}
