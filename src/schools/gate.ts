/** Who comes to be let to the school. */
export interface Visitor {
  studentNumber: string
  address: string
  /** What an earlier `TurnedAway` gave. */
  place?: string | undefined
}

export interface Pass {
  /** To be called once. `verified`: whether the visitor got what they came for, and has no need of their place any more. */
  leave(verified: boolean): void
}

export interface TurnedAway {
  retryAfterSeconds: number
  /** How many others come before. Absent where nobody keeps count. */
  ahead?: number
  /** To be shown at the next try. */
  place?: string
}

/** Lets few at once to the school, in the order in which they came. */
export interface Gate {
  /** Waits at most `waitMs` milliseconds and until `signal` aborts. Never throws. */
  enter(waitMs: number, signal: AbortSignal, visitor?: Visitor): Promise<Pass | TurnedAway>
}
