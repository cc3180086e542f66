/** A student's seconds on a board. Students without any, and hidden accounts, have no row. */
export interface BoardTotalTable {
  account_id: number
  /** A `BoardId`. */
  period: number
  seconds: number
}

/**
 * The number of students of a board in each aligned range of `width` seconds, so that a rank is a short sum. `slot`
 * spreads the writers of a counter over several rows. Rows of narrow ranges are deleted at zero; those of wide ranges
 * stay, because a board has at most a few hundred of them.
 */
export interface BoardTallyTable {
  period: number
  width: number
  bucket: number
  slot: number
  count: number
}
