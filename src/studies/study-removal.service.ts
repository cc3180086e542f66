import { findAccount } from '../accounts/account.repository.ts'
import { type AccountId, isHidden } from '../accounts/account.ts'
import type { Db } from '../storage/storage.ts'
import { addToCounters } from './list/study-counter.repository.ts'
import { runningDelta, startDeltas } from './list/study-counter.ts'
import { deleteStudiesOf } from './study-writes.repository.ts'

/** Removes all records of an account whose row is locked. Returns their number. */
export async function removeStudiesOf(tx: Db, id: AccountId): Promise<number> {
  const account = await findAccount(tx, id)
  const removed = await deleteStudiesOf(tx, id)
  if (account && isHidden(account)) return removed.length
  const deltas = removed.flatMap(({ startedAt, running }) => [
    ...startDeltas(startedAt, -1),
    ...(running ? [runningDelta(-1)] : []),
  ])
  addToCounters(tx, deltas)
  return removed.length
}
