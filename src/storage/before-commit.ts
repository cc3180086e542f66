import type { Db } from './storage.ts'

type Apply<T> = (tx: Db, items: T[]) => Promise<void>
type Left = Map<Apply<unknown>, unknown[]>

const leftIn = new WeakMap<Db, Left>()

/**
 * Passes items to `apply`, which is called once, immediately before the commit, with the items of all writes in the
 * transaction. Items of a write that was rolled back are excluded.
 */
export function beforeCommit<T>(tx: Db, apply: Apply<T>, items: T[]): void {
  const left = leftIn.get(tx)
  if (left === undefined) throw new Error('nothing is being written')
  leave(left, apply as Apply<unknown>, items)
}

function leave(left: Left, apply: Apply<unknown>, items: unknown[]): void {
  const before = left.get(apply)
  if (before) before.push(...items)
  else left.set(apply, [...items])
}

/** Runs a part of a write. If it throws, the items it passed are discarded, and those of the other parts stay. */
export async function inPart<T>(tx: Db, work: () => Promise<T>): Promise<T> {
  const whole = leftIn.get(tx)
  if (whole === undefined) throw new Error('nothing is being written')
  const part: Left = new Map()
  leftIn.set(tx, part)
  try {
    const value = await work()
    for (const [apply, items] of part) leave(whole, apply, items)
    return value
  } finally {
    leftIn.set(tx, whole)
  }
}

/** Collects the work that the writes of one transaction defer until its commit. */
export function openCommit(tx: Db) {
  const all: Left = new Map()
  return {
    /** @throws whatever `work` throws; the items it passed are then discarded */
    async run<T>(work: (tx: Db) => Promise<T>): Promise<T> {
      const left: Left = new Map()
      leftIn.set(tx, left)
      const value = await work(tx)
      for (const [apply, items] of left) leave(all, apply, items)
      return value
    },

    async finish(): Promise<void> {
      leftIn.delete(tx)
      for (const [apply, items] of all) await apply(tx, items)
    },
  }
}
