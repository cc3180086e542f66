import { DomainError } from '../../shared/errors.ts'
import { andThen, type MaybePromise } from '../../shared/maybe-promise.ts'
import type { Db, Storage, Transact } from '../../storage/storage.ts'
import { lockAccount } from '../account.repository.ts'
import { type AccountId, type AccountSettings, isHidden } from '../account.ts'
import { findSettings, updateSettings } from './settings.repository.ts'

/** Called within the transaction when an account's data are added to the counts for everyone, or removed from them. */
export type CountData = (tx: Db, id: AccountId, counted: boolean) => Promise<void>

export interface SettingsServiceDeps {
  storage: Storage
  countData: CountData
  /** Called within the transaction of every change of visibility. */
  noteVisibility?: (tx: Db, id: AccountId) => void
}

export type SettingsService = ReturnType<typeof createSettingsService>

export function createSettingsService({ storage, countData, noteVisibility }: SettingsServiceDeps) {
  /** @throws DomainError `unauthorized` if the account was removed after its credentials were checked */
  function getSettings(id: AccountId): MaybePromise<AccountSettings> {
    return andThen(findSettings(storage.db, id), known)
  }

  /** Settings that are not in `wanted` stay unchanged. @throws DomainError `unauthorized` */
  function changeSettings(
    id: AccountId,
    wanted: Partial<AccountSettings>,
    transact: Transact<AccountSettings> = storage.write,
  ): Promise<AccountSettings> {
    return transact(async (tx) => {
      await lockAccount(tx, id, storage.kind)
      const before = known(await findSettings(tx, id))
      const after = { ...before, ...wanted }
      await updateSettings(tx, id, after)
      if (isHidden(before) !== isHidden(after)) await countData(tx, id, !isHidden(after))
      // After the counters: work before the commit takes its locks in this order.
      if (before.visibility !== after.visibility) noteVisibility?.(tx, id)
      return after
    })
  }

  return { getSettings, changeSettings }
}

function known(settings: AccountSettings | undefined): AccountSettings {
  if (settings === undefined) throw new DomainError('unauthorized')
  return settings
}
