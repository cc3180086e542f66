/** Who stands where, by the numbers of their places. */
export interface Line {
  /** How many more may go to the school. */
  free: number
  /** Whose requests wait, in whatever process, in order. */
  here: readonly number[]
  /** The oldest who is away and expected right now: nobody younger goes before them. */
  expected: number | undefined
  /** The oldest, away or not, who has too many before them to wait in their request. */
  seatless: number | undefined
}

export interface Bounds {
  concurrency: number
  /** How many wait in their requests; the others are told when to come back. */
  seats: number
}

/** Who goes to the school now, and whose request is not to wait. */
export function decide({ free, here, expected, seatless }: Line) {
  const entering = here.filter((place) => expected === undefined || place < expected).slice(0, free)
  // While the school is kept free for someone who is expected, the others may stay: they may not come.
  const isFull = entering.length >= free
  const leaving = here
    .filter((place) => isFull && seatless !== undefined && place >= seatless)
    .filter((place) => !entering.includes(place))
  return { entering: new Set(entering), leaving: new Set(leaving) }
}

/** Whoever comes back so much too early waits in their request, where half of the seats are for them, and keeps the line moving. */
const longestLeadSeconds = 4
/** Shares of the wait. Too early costs one more try, too late leaves the school idle. */
const caution = 0.06
const jitter = 0.04
const longestWaitSeconds = 900

/** The mean time of a login, lately. */
export interface Pace {
  loginMs: number
  /** False before the first login, while it is a guess. */
  isMeasured: boolean
}

/** Too short a guess costs a student one more try; too long a one leaves the school idle. */
export const guessedPace: Pace = { loginMs: 400, isMeasured: false }
/** A guess is not trusted longer. */
const guessedWaitSeconds = 30

/** Seconds until someone with so many before them should come back. `random`: 0 to 1, so that not all come in one second. */
export function returnAfter(ahead: number, pace: Pace, { concurrency, seats }: Bounds, random: number): number {
  const secondsFor = (logins: number) => (logins * pace.loginMs) / concurrency / 1000
  const lead = Math.min(longestLeadSeconds, secondsFor(seats / 2))
  const early = secondsFor(ahead + 1) * (1 - caution - jitter * random) - lead
  const longest = pace.isMeasured ? longestWaitSeconds : guessedWaitSeconds * (1 - random / 2)
  return Math.round(Math.min(longest, Math.max(1, early)))
}

export function paceAfter({ loginMs }: Pace, latestMs: number): Pace {
  return { loginMs: Math.max(1, Math.round(loginMs + (latestMs - loginMs) / 8)), isMeasured: true }
}

/** `Retry-After` counts whole seconds: of a quick school, as many come back in one moment as it takes in this time. */
const momentMs = 1500
const mostSeats = 200

export function seatsFor({ concurrency, seats }: Bounds, { loginMs }: Pace): number {
  return Math.max(seats, Math.min(mostSeats, Math.ceil((momentMs * concurrency) / loginMs)))
}
