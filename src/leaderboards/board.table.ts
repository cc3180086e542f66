/** A student's seconds on a board. Only who has any is on it; hidden accounts are on none. */
export interface BoardTotalTable {
  account_id: number
  /** A `BoardId`. */
  period: number
  seconds: number
}

/**
 * How many students of a board have their seconds in each aligned stretch of `width` seconds, so that a rank is a short
 * sum. `slot` spreads the writers of a busy stretch over several rows. Rows of narrow stretches are deleted at zero. Of
 * wide ones a board has at most a few hundred, so that these can stay.
 */
export interface BoardTallyTable {
  period: number
  width: number
  bucket: number
  slot: number
  count: number
}
