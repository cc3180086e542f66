/** Epoch seconds, whole: the finest grain of time that the wire and the database know. */
export type EpochSeconds = number

export interface Clock {
  now(): EpochSeconds
}

/**
 * How far two clocks may disagree, in seconds: a client's and the service's, or those of two instances. A stored time further ahead comes
 * from a clock that was wrong and has been put back: nothing is derived from it.
 */
export const clockSkew = 60

export const systemClock: Clock = { now: () => Math.floor(Date.now() / 1000) }
