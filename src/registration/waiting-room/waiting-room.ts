/** Who stands where, by the numbers of their places, each list in order. */
export interface Line {
  /** How many are at the school. */
  asking: number
  /** Whose requests wait, in whatever process. */
  here: readonly number[]
  /** The oldest who is away and expected right now: nobody younger goes before them. */
  expected: number | undefined
}

export interface Bounds {
  concurrency: number
  /** How many requests may wait. */
  seats: number
}

/** Who goes to the school now, and whose request waits no longer because older ones need its seat. */
export function decide({ asking, here, expected }: Line, { concurrency, seats }: Bounds) {
  const free = Math.max(0, concurrency - asking)
  const entering = here.filter((place) => expected === undefined || place < expected).slice(0, free)
  return { entering, leaving: here.slice(entering.length + seats) }
}

/** Requests that may wait while the school is quick: so many as are let in within these milliseconds. */
const seatedMs = 5000
const mostSeats = 200

/** `fewest`, however slow the school is. */
export function seatsFor(fewest: number, loginMs: number, concurrency: number): number {
  return Math.max(fewest, Math.min(mostSeats, Math.floor((seatedMs * concurrency) / loginMs)))
}

/** Whoever comes back a little early waits in their request and keeps the line moving. */
const longestLeadSeconds = 4
const jitter = 0.05
const longestWaitSeconds = 900

/** Seconds until someone with so many before them should come back. `random`: 0 to 1, so that not all come in one second. */
export function returnAfter(ahead: number, loginMs: number, concurrency: number, random: number): number {
  const turn = ((ahead + 1) * loginMs) / concurrency / 1000
  const early = turn * (1 - jitter * (0.5 + random)) - Math.min(longestLeadSeconds, turn / 2)
  return Math.min(longestWaitSeconds, Math.max(1, Math.round(early)))
}

/** The mean time of a login, lately. */
export function pace(loginMs: number, latestMs: number): number {
  return Math.max(1, Math.round(loginMs + (latestMs - loginMs) / 4))
}
