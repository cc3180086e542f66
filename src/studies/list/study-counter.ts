import type { EpochSeconds } from '../../shared/clock.ts'

/** Widths of the aligned stretches of time in which starts are counted, coarse to fine: 17 years down to 34 minutes. */
export const counterWidths = [2 ** 29, 2 ** 23, 2 ** 17, 2 ** 11] as const

/** The width under which running records are counted, in bucket 0. */
export const runningWidth = 0

export interface CounterDelta {
  width: number
  bucket: number
  delta: number
}

/** The changes in the counts when `delta` records that start at this time are added, or removed if `delta` is negative. */
export function startDeltas(startedAt: EpochSeconds, delta: number): CounterDelta[] {
  return counterWidths.map((width) => ({ width, bucket: Math.floor(startedAt / width), delta }))
}

export function runningDelta(delta: number): CounterDelta {
  return { width: runningWidth, bucket: 0, delta }
}

interface Counted {
  startedAt: EpochSeconds
  end: object | undefined
}

/** The changes in the counts when a record changes. A new one has no `before`, a removed one has no `after`. */
export function changeDeltas({
  before,
  after,
}: {
  before: Counted | undefined
  after: Counted | undefined
}): CounterDelta[] {
  const moved = before?.startedAt !== after?.startedAt
  const running = (after && !after.end ? 1 : 0) - (before && !before.end ? 1 : 0)
  return [
    ...(before && moved ? startDeltas(before.startedAt, -1) : []),
    ...(after && moved ? startDeltas(after.startedAt, 1) : []),
    ...(running === 0 ? [] : [runningDelta(running)]),
  ]
}

/** Sums up the deltas to one per stretch, in the order in which every writer takes its locks: coarse to fine, running records last. */
export function summed(deltas: CounterDelta[]): CounterDelta[] {
  const sums = new Map<string, CounterDelta>()
  for (const { width, bucket, delta } of deltas) {
    const key = `${width}:${bucket}`
    sums.set(key, { width, bucket, delta: (sums.get(key)?.delta ?? 0) + delta })
  }
  return [...sums.values()].sort((a, b) => b.width - a.width || a.bucket - b.bucket)
}
