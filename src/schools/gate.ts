/** A student who asks to be let to the school. */
export interface Visitor {
  studentNumber: string
  address: string
  /** The place that an earlier `TurnedAway` contained. */
  place?: string | undefined
}

export interface Pass {
  /** Must be called once. `verified`: whether the visitor succeeded and no longer needs the place. */
  leave(verified: boolean): void
}

export interface TurnedAway {
  retryAfterSeconds: number
  /** How many others are ahead. Absent if the gate does not count them. */
  ahead?: number
  /** To be sent with the next try. */
  place?: string
}

/** Limits how many logins run at the school at once, in order of arrival. */
export interface Gate {
  /** Waits at most `waitMs` milliseconds, or until `signal` aborts. Never throws. */
  enter(waitMs: number, signal: AbortSignal, visitor?: Visitor): Promise<Pass | TurnedAway>
}
