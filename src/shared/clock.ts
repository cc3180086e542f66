/** Epoch seconds, whole: the finest grain of time that the wire and the database know. */
export type EpochSeconds = number

export interface Clock {
  now(): EpochSeconds
}

export const systemClock: Clock = { now: () => Math.floor(Date.now() / 1000) }
