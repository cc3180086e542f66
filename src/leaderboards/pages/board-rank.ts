/** The number of students ranked above a row, and of those that share its rank. */
export interface Standing {
  above: number
  equal: number
}

/**
 * Adds ranks to the rows of a page. Rows with the same seconds share a rank, and the next rank counts all of them.
 * @param first the standing of the first row, whose rank rows of earlier pages may share
 */
export function rankRows<T extends { seconds: number }>(rows: readonly T[], first: Standing): (T & { rank: number })[] {
  const sharing = rows.filter(({ seconds }) => seconds === rows[0]?.seconds).length
  // The standing may have been read at another time than the rows. At least the rows of this page share the rank.
  const after = first.above + Math.max(first.equal, sharing)
  let rank = first.above + 1
  return rows.map((row, at) => {
    if (at >= sharing && row.seconds !== rows[at - 1]?.seconds) rank = after + at - sharing + 1
    return { ...row, rank }
  })
}
