/** Students of a board that stand before a row, and those that share its rank. */
export interface Standing {
  above: number
  equal: number
}

/**
 * The ranks of rows in the order of a board: rows of the same seconds share one, and the next rank counts them all.
 * @param first the standing of the first row, whose rank others on earlier pages may share
 */
export function rankRows<T extends { seconds: number }>(rows: readonly T[], first: Standing): (T & { rank: number })[] {
  const sharing = rows.filter(({ seconds }) => seconds === rows[0]?.seconds).length
  // Rows and standing may be of two moments: never fewer than there are on this page.
  const after = first.above + Math.max(first.equal, sharing)
  let rank = first.above + 1
  return rows.map((row, at) => {
    if (at >= sharing && row.seconds !== rows[at - 1]?.seconds) rank = after + at - sharing + 1
    return { ...row, rank }
  })
}
