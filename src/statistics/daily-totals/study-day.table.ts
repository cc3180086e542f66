/**
 * The study time of an account on one campus day, without running records. A day without study has no row.
 * `accounts.totals_version` and `totals_basis` say which version and settings the rows were computed from.
 */
export interface StudyDayTable {
  account_id: number
  /** Days since 1970-01-01. */
  day: number
  /** The union of the records' intervals. */
  seconds: number
  /** The part of `seconds` that the service saw, without the daily limit of boards. */
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
