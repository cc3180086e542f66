import type { Db } from './storage.ts'

type Apply<T> = (tx: Db, items: T[]) => Promise<void>
type Left = Map<Apply<unknown>, unknown[]>

const leftIn = new WeakMap<Db, Left>()

/**
 * Leaves items to `apply`, which is called once, right before the commit, with all that the writes of the transaction have left to it.
 * What a write left that was undone is not among them.
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

/** What the writes of one transaction leave to its end. */
export function openCommit(tx: Db) {
  const all: Left = new Map()
  return {
    /** @throws what `work` throws, and keeps nothing of it then */
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
