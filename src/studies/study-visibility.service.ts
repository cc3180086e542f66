import type { AccountId } from '../accounts/account.ts'
import type { Db } from '../storage/storage.ts'
import { addStartsOf, addToCounters } from './list/study-counter.repository.ts'
import { runningDelta } from './list/study-counter.ts'
import { findRunning } from './study.repository.ts'

/** Removes all records of an account, whose row is locked, from everyone's counts, or adds them again. */
export async function countForEveryone(tx: Db, id: AccountId, counted: boolean): Promise<void> {
  const sign = counted ? 1 : -1
  // Now rather than right before the commit: later writes of the same group for this account already take the change into account.
  await addStartsOf(tx, id, sign)
  if (await findRunning(tx, id)) addToCounters(tx, [runningDelta(sign)])
}
