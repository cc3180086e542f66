import { findAccount } from '../accounts/account.repository.ts'
import { type AccountId, isHidden } from '../accounts/account.ts'
import type { Db } from '../storage/storage.ts'
import { deleteStudiesOf } from './study-deletion.repository.ts'
import { countForEveryone } from './study-visibility.service.ts'

/** Removes all records of an account whose row is locked. Returns their number. */
export async function removeStudiesOf(tx: Db, id: AccountId): Promise<number> {
  const account = await findAccount(tx, id)
  if (account && !isHidden(account)) await countForEveryone(tx, id, false)
  return deleteStudiesOf(tx, id)
}
