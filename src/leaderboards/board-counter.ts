import type { BoardId } from './board-period.ts'

/**
 * Students of a board are counted in aligned ranges of seconds, of these widths: 24 days, 4.5 hours, 2 minutes, one
 * second. A rank is a sum of the counters above, at most 128 of each width, however many students there are.
 */
export const boardWidths = [2 ** 21, 2 ** 14, 2 ** 7, 1] as const

/**
 * Coarse counters have several rows, because PostgreSQL's row locks would serialize the writers of a single one. Fine
 * counters are deleted at zero, so each has only one row.
 */
const coarseSlots = 4
const minCoarseWidth = 2 ** 14

export interface BoardDelta {
  period: BoardId
  width: number
  bucket: number
  delta: number
}

export function isFine(width: number): boolean {
  return width < minCoarseWidth
}

/** @param random from 0 to below 1 */
export function slotOf(width: number, random: number): number {
  return isFine(width) ? 0 : Math.floor(random * coarseSlots)
}

/** The changes of the counters when a student's seconds on a board change. A student with 0 seconds is not on the board. */
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
 * Sums up the deltas of each counter and omits zeros. Returns them in the order of the table: all writers take their
 * locks in this order, and a write of many rows touches each page once.
 */
export function summedDeltas(deltas: readonly BoardDelta[]): BoardDelta[] {
  const sums: BoardDelta[] = []
  for (const next of [...deltas].sort(byKey)) {
    const last = sums.at(-1)
    if (last && byKey(last, next) === 0) last.delta += next.delta
    else sums.push({ ...next })
  }
  return sums.filter(({ delta }) => delta !== 0)
}

function byKey(a: BoardDelta, b: BoardDelta): number {
  return a.period - b.period || a.width - b.width || a.bucket - b.bucket
}
