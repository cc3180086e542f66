import type { BoardId } from './board-period.ts'

/**
 * Widths of the aligned stretches of seconds in which the students of a board are counted, coarse to fine: 24 days, 4.5
 * hours, 2 minutes, one second. A rank is the sum of the stretches above, at most 128 of each width within the next
 * coarser one, however many students there are.
 */
export const boardWidths = [2 ** 21, 2 ** 14, 2 ** 7, 1] as const

/**
 * A busy board has few coarse stretches, and PostgreSQL's row locks would serialize the writers of one row. Fine
 * stretches hold few students, and their rows are deleted at zero, which needs the whole count in one row.
 */
const slotsOfCoarse = 4
const finestCoarse = 2 ** 14

export interface BoardDelta {
  period: BoardId
  width: number
  bucket: number
  delta: number
}

export function isFine(width: number): boolean {
  return width < finestCoarse
}

/** @param random from 0 to below 1 */
export function slotOf(width: number, random: number): number {
  return isFine(width) ? 0 : Math.floor(random * slotsOfCoarse)
}

/** The changes in the counts when a student's seconds on a board change. 0 seconds are not on the board. */
export function totalDeltas(period: BoardId, before: number, after: number): BoardDelta[] {
  return boardWidths.flatMap((width) => {
    const [from, to] = [before, after].map((seconds) => (seconds > 0 ? Math.floor(seconds / width) : undefined))
    if (from === to) return []
    return [
      ...(from === undefined ? [] : [{ period, width, bucket: from, delta: -1 }]),
      ...(to === undefined ? [] : [{ period, width, bucket: to, delta: 1 }]),
    ]
  })
}

/**
 * Sums up the deltas to one per stretch, without those that change nothing, in the order in which every writer takes its
 * locks. It is that of the table, so that a write of many rows comes by each page once.
 */
export function summedDeltas(deltas: readonly BoardDelta[]): BoardDelta[] {
  const sums: BoardDelta[] = []
  for (const next of [...deltas].sort(byPlace)) {
    const last = sums.at(-1)
    if (last && byPlace(last, next) === 0) last.delta += next.delta
    else sums.push({ ...next })
  }
  return sums.filter(({ delta }) => delta !== 0)
}

function byPlace(a: BoardDelta, b: BoardDelta): number {
  return a.period - b.period || a.width - b.width || a.bucket - b.bucket
}
