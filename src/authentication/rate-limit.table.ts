/** How often something has been tried in a window of time. Shared by all processes; the key tells nothing of whom. */
export interface RateLimitTable {
  key: string
  points: number
  expires_at: number
}
