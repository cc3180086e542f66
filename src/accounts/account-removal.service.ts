import { DomainError } from '../shared/errors.ts'
import type { Db, Storage } from '../storage/storage.ts'
import { deleteAccount, findAccount, lockAccount } from './account.repository.ts'
import type { AccountId } from './account.ts'

/**
 * Removes the data that another feature stores for an account, within the transaction that removes the account. Returns
 * the number of removed rows.
 */
export type RemoveData = (tx: Db, id: AccountId) => Promise<number>

/** Removes an account with its data. Returns the result of `removeData`. @throws DomainError `not-found` */
export async function removeAccount(storage: Storage, id: AccountId, removeData: RemoveData): Promise<number> {
  return storage.write(async (tx) => {
    await lockAccount(tx, id, storage.kind)
    if ((await findAccount(tx, id)) === undefined) throw new DomainError('not-found')
    const removed = await removeData(tx, id)
    await deleteAccount(tx, id)
    return removed
  })
}
