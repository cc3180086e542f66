/**
 * How long an account studied on one day of the campus: a day without study has no row. Running records are not
 * included. What the rows stand for is in `accounts.totals_version` and its neighbours.
 */
export interface StudyDayTable {
  account_id: number
  /** Days since 1970-01-01. */
  day: number
  /** The union of the records' intervals. */
  seconds: number
  /** The part of it that the service saw, not limited to what a board counts. */
  seen_seconds: number
  /** `hour:seconds` of each local hour with study, separated by spaces. */
  hours: string
  /** JSON: pairs of a subject, or null, and its seconds. */
  subjects: string
}

/**
 * The sum of `seconds` over the accounts with `totals_shared`. `slot` spreads the writers of a day over several rows.
 */
export interface CampusDayTable {
  day: number
  slot: number
  seconds: number
}
