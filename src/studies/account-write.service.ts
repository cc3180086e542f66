import type { AccountId } from '../accounts/account.ts'
import { lockStudies, noteStudies, type StudiesState } from '../accounts/account-versions.repository.ts'
import { DomainError } from '../shared/errors.ts'
import type { Db } from '../storage/storage.ts'

/** The transaction of writes to an account's records. */
export interface AccountWrite {
  tx: Db
  accountId: AccountId
  /** The account, after its row was locked. */
  locked?: LockedAccount
}

/** The account after the writes so far. `added` and `written`, as for `noteStudies`, are not stored yet. */
export interface LockedAccount extends StudiesState {
  added: number
  written: number
}

/**
 * Serializes the writes of one account. The first call of a transaction locks the account's row.
 * @throws DomainError `unauthorized` if the account no longer exists
 */
export async function lock(write: AccountWrite): Promise<LockedAccount> {
  const account = await lockIfThere(write)
  if (account === undefined) throw new DomainError('unauthorized')
  return account
}

/** As `lock`. Returns undefined if the account no longer exists. */
export async function lockIfThere(write: AccountWrite): Promise<LockedAccount | undefined> {
  if (write.locked) return write.locked
  const state = await lockStudies(write.tx, write.accountId)
  if (state) write.locked = { ...state, added: 0, written: 0 }
  return write.locked
}

/** Must be called at the end of every transaction that writes records. */
export async function storeNotes({ tx, accountId, locked }: AccountWrite): Promise<void> {
  if (locked && locked.written > 0) await noteStudies(tx, accountId, locked)
}
