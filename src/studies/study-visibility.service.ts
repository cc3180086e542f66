import type { AccountId } from '../accounts/account.ts'
import type { Db } from '../storage/storage.ts'
import { findRunning } from './study.repository.ts'
import { addStartsOf, addToCounters } from './study-counter.repository.ts'
import { runningDelta } from './study-counter.ts'

/** Takes all records of an account, whose row is locked, out of what is counted for everyone, or puts them back. */
export async function countForEveryone(tx: Db, id: AccountId, counted: boolean): Promise<void> {
  const sign = counted ? 1 : -1
  // At once, and not before the commit: what else the transaction's group writes for the account knows of the change.
  await addStartsOf(tx, id, sign)
  if (await findRunning(tx, id)) addToCounters(tx, [runningDelta(sign)])
}
