/** The number of tries in a window of time. Shared by all processes. The key does not reveal whom it counts. */
export interface RateLimitTable {
  key: string
  points: number
  expires_at: number
}
