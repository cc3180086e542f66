import type { Db } from './storage.ts'

type Apply<T> = (tx: Db, items: T[]) => Promise<void>
type Announce<T> = (items: T[]) => void

/** The items that writes have deferred to the end of the transaction, by the function that handles them. */
interface Left {
  before: Map<Apply<unknown>, unknown[]>
  after: Map<Announce<unknown>, unknown[]> | undefined
}

const leftIn = new WeakMap<Db, Left>()

/**
 * Passes items to `apply`, which is called once, immediately before the commit, with the items of all writes in the
 * transaction. Items of a write that was rolled back are excluded.
 */
export function beforeCommit<T>(tx: Db, apply: Apply<T>, items: T[]): void {
  leave(leftBy(tx).before, apply as Apply<unknown>, items)
}

/**
 * Passes items to `announce`, which is called once, immediately after the commit, with the items of all writes in the
 * transaction. Items of a write that was rolled back are excluded. `announce` must not throw: the write has succeeded.
 */
export function afterCommit<T>(tx: Db, announce: Announce<T>, items: T[]): void {
  const left = leftBy(tx)
  left.after ??= new Map()
  leave(left.after, announce as Announce<unknown>, items)
}

function leftBy(tx: Db): Left {
  const left = leftIn.get(tx)
  if (left === undefined) throw new Error('nothing is being written')
  return left
}

function leave<F>(left: Map<F, unknown[]>, take: F, items: unknown[]): void {
  const before = left.get(take)
  if (before) before.push(...items)
  else left.set(take, [...items])
}

function leaveAll(whole: Left, part: Left): void {
  for (const [apply, items] of part.before) leave(whole.before, apply, items)
  if (part.after === undefined) return
  whole.after ??= new Map()
  for (const [announce, items] of part.after) leave(whole.after, announce, items)
}

function noneLeft(): Left {
  return { before: new Map(), after: undefined }
}

/** Runs a part of a write. If it throws, the items it passed are discarded, and those of the other parts stay. */
export async function inPart<T>(tx: Db, work: () => Promise<T>): Promise<T> {
  const whole = leftBy(tx)
  const part = noneLeft()
  leftIn.set(tx, part)
  try {
    const value = await work()
    leaveAll(whole, part)
    return value
  } finally {
    leftIn.set(tx, whole)
  }
}

/** Collects the work that the writes of one transaction defer until its commit. */
export function openCommit(tx: Db) {
  const all = noneLeft()
  return {
    /** @throws whatever `work` throws; the items it passed are then discarded */
    async run<T>(work: (tx: Db) => Promise<T>): Promise<T> {
      const left = noneLeft()
      leftIn.set(tx, left)
      const value = await work(tx)
      leaveAll(all, left)
      return value
    },

    async finish(): Promise<void> {
      leftIn.delete(tx)
      for (const [apply, items] of all.before) await apply(tx, items)
    },

    /** Must be called after the commit. */
    announce(): void {
      if (all.after) for (const [announce, items] of all.after) announce(items)
    },
  }
}
