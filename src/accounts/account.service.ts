import { DomainError } from '../shared/errors.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import type { Storage } from '../storage/storage.ts'
import { findAccount } from './account.repository.ts'
import type { Account, AccountId } from './account.ts'
import type { LastSeen } from './last-seen.service.ts'

export interface AccountServiceDeps {
  storage: Storage
  lastSeen: LastSeen
}

export type AccountService = ReturnType<typeof createAccountService>

export function createAccountService({ storage, lastSeen }: AccountServiceDeps) {
  /** Includes the latest visit, even if it is not stored yet. @throws DomainError `not-found` */
  function getAccount(id: AccountId): MaybePromise<Account> {
    return andThen(findAccount(storage.db, id), (account) => {
      if (account === undefined) throw new DomainError('not-found')
      return lastSeen.applied(account)
    })
  }

  return { getAccount }
}
