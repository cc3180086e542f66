/** Whole epoch seconds: the finest resolution of the API and the database. */
export type EpochSeconds = number

export interface Clock {
  now(): EpochSeconds
}

/**
 * How far two clocks may differ, in seconds: those of a client and the service, or of two instances. A stored time further in the future
 * comes from a clock that was wrong and has been corrected: nothing is derived from it.
 */
export const clockSkewSeconds = 60

export const systemClock: Clock = { now: () => Math.floor(Date.now() / 1000) }
