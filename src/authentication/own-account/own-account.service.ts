import { findAccount, lockAccount, updateUserName } from '../../accounts/account.repository.ts'
import type { Account, AccountId } from '../../accounts/account.ts'
import { type RemoveData, removeAccount } from '../../accounts/account-removal.service.ts'
import { studentNumberHash } from '../../accounts/student-number.ts'
import { checkUserName, userNameKey } from '../../accounts/user-name.ts'
import { DomainError } from '../../shared/errors.ts'
import type { Db, Storage, Transact } from '../../storage/storage.ts'
import type { AuthenticationService, Confirmation } from '../authentication.service.ts'
import { findCredentialState, replacePassword } from '../credentials.repository.ts'
import { checkPassword } from '../passwords/password.ts'
import { hashPassword } from '../passwords/password-hash.ts'

export interface OwnAccountServiceDeps {
  storage: Storage
  studentNumberKey: Buffer
  authentication: AuthenticationService
  removeData: RemoveData
}

export type OwnAccountService = ReturnType<typeof createOwnAccountService>

export interface AccountChange {
  username?: string | undefined
  newPassword?: string | undefined
}

/** The owner's operations on the account. They require the password; a token alone is not enough. */
export function createOwnAccountService({
  storage,
  studentNumberKey,
  authentication,
  removeData,
}: OwnAccountServiceDeps) {
  /**
   * A new password invalidates every token.
   * @throws DomainError as `confirmPassword` and `checkPassword`; `user-name-malformed`, `user-name-taken`
   */
  async function changeAccount(
    confirmation: Confirmation,
    { username, newPassword }: AccountChange,
    transact: Transact<Account> = storage.write,
  ): Promise<Account> {
    if (username !== undefined) checkUserName(username)
    const credentials = await authentication.confirmPassword(confirmation)
    const { accountId: id, password } = confirmation
    if (newPassword !== undefined) {
      await checkPassword(newPassword)
      if (studentNumberHash(newPassword, studentNumberKey) === credentials.studentNumberHash)
        throw new DomainError('password-is-student-number')
    }
    const passwordHash = newPassword === undefined ? undefined : await hashPassword(newPassword)
    return transact(async (tx) => {
      await lockAccount(tx, id, storage.kind)
      await refuseChanged(tx, id, credentials.version)
      const name = username ?? (await getAccount(tx, id)).username
      if (userNameKey(newPassword ?? password) === userNameKey(name)) throw new DomainError('password-is-user-name')
      if (username !== undefined) await updateUserName(tx, id, username, userNameKey(username))
      if (passwordHash !== undefined) await replacePassword(tx, id, passwordHash)
      return getAccount(tx, id)
    })
  }

  /**
   * Removes the account with all its data, and frees its student number.
   * @throws DomainError `password-wrong`, `too-many-requests`
   */
  async function removeOwnAccount(confirmation: Confirmation): Promise<void> {
    const { version } = await authentication.confirmPassword(confirmation)
    await removeAccount(storage, confirmation.accountId, async (tx, id) => {
      await refuseChanged(tx, id, version)
      return removeData(tx, id)
    })
  }

  return { changeAccount, removeOwnAccount }
}

/** The password may have been replaced after it was confirmed. */
async function refuseChanged(tx: Db, id: AccountId, version: number): Promise<void> {
  if ((await findCredentialState(tx, id))?.version !== version) throw new DomainError('unauthorized')
}

async function getAccount(tx: Db, id: AccountId): Promise<Account> {
  const account = await findAccount(tx, id)
  if (account === undefined) throw new DomainError('unauthorized')
  return account
}
