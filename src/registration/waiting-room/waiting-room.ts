/** The state of the line, by the numbers of the places. */
export interface Line {
  /** How many more may log in at the school. */
  free: number
  /** Places whose requests wait in any process, in order. */
  here: readonly number[]
  /** The oldest place that is away and expected right now. No younger place may go before it. */
  expected: number | undefined
  /** The oldest place, away or not, with too many before it to wait in its request. */
  seatless: number | undefined
}

export interface Bounds {
  concurrency: number
  /** How many may wait in their requests. The others are sent away with a time to come back. */
  seats: number
}

/** Decides which places enter the school now, and which requests must stop waiting. */
export function decide({ free, here, expected, seatless }: Line) {
  const entering = here.filter((place) => expected === undefined || place < expected).slice(0, free)
  // While capacity is reserved for an expected student, the other requests may stay: that student may not come.
  const isFull = entering.length >= free
  const leaving = here
    .filter((place) => isFull && seatless !== undefined && place >= seatless)
    .filter((place) => !entering.includes(place))
  return { entering: new Set(entering), leaving: new Set(leaving) }
}

/**
 * The longest lead for coming back early. An early student waits in the request, which keeps the line moving; half of
 * the seats are reserved for this.
 */
const maxLeadSeconds = 4
/** Fractions of the wait. Coming back too early costs one more try; coming back too late leaves the school idle. */
const caution = 0.06
const jitter = 0.04
const maxWaitSeconds = 900

/** The recent mean time of a login. */
export interface Pace {
  loginMs: number
  /** False before the first login, while the time is a guess. */
  isMeasured: boolean
}

/** Too short a guess costs a student one more try; too long a guess leaves the school idle. */
export const guessedPace: Pace = { loginMs: 400, isMeasured: false }
/** The longest wait that is computed from a guess. */
const guessedWaitSeconds = 30

/**
 * Seconds until a student with this many before them should come back. `random` is 0 to 1, so that not all come back
 * in the same second.
 */
export function returnAfter(ahead: number, pace: Pace, { concurrency, seats }: Bounds, random: number): number {
  const secondsFor = (logins: number) => (logins * pace.loginMs) / concurrency / 1000
  const lead = Math.min(maxLeadSeconds, secondsFor(seats / 2))
  const early = secondsFor(ahead + 1) * (1 - caution - jitter * random) - lead
  const longest = pace.isMeasured ? maxWaitSeconds : guessedWaitSeconds * (1 - random / 2)
  return Math.round(Math.min(longest, Math.max(1, early)))
}

export function paceAfter({ loginMs }: Pace, latestMs: number): Pace {
  return { loginMs: Math.max(1, Math.round(loginMs + (latestMs - loginMs) / 8)), isMeasured: true }
}

/**
 * `Retry-After` has a resolution of whole seconds. With a fast school, as many students come back at once as it
 * handles in this time.
 */
const momentMs = 1500
const maxSeats = 200

export function seatsFor({ concurrency, seats }: Bounds, { loginMs }: Pace): number {
  return Math.max(seats, Math.min(maxSeats, Math.ceil((momentMs * concurrency) / loginMs)))
}
