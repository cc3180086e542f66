import type { AccountId } from '../accounts/account.ts'
import type { Db } from '../storage/storage.ts'
import { deleteStudiesOf } from './study.repository.ts'
import { addToCounters } from './study-counter.repository.ts'
import { runningDelta, startDeltas } from './study-counter.ts'

/** Removes all records of an account, whose row is locked; answers how many those were. */
export async function removeStudiesOf(tx: Db, id: AccountId): Promise<number> {
  const removed = await deleteStudiesOf(tx, id)
  const deltas = removed.flatMap(({ startedAt, end }) => [
    ...startDeltas(startedAt, -1),
    ...(end ? [] : [runningDelta(-1)]),
  ])
  addToCounters(tx, deltas)
  return removed.length
}
