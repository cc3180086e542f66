import type { AccountId } from '../accounts/account.ts'
import type { Db } from '../storage/storage.ts'
import { findRunning } from './study.repository.ts'
import { addToCounters, countStartsOf } from './study-counter.repository.ts'
import { runningDelta, startDeltas } from './study-counter.ts'

/** Takes all records of an account, whose row is locked, out of what is counted for everyone, or puts them back. */
export async function countForEveryone(tx: Db, id: AccountId, counted: boolean): Promise<void> {
  const sign = counted ? 1 : -1
  const starts = await countStartsOf(tx, id)
  const deltas = starts.flatMap(({ startedAt, count }) => startDeltas(startedAt, sign * count))
  if (await findRunning(tx, id)) deltas.push(runningDelta(sign))
  addToCounters(tx, deltas)
}
