import {
  findAccount,
  listAccounts as findAccountsAfter,
  findByStudentNumber,
  findByUserName,
} from '../accounts/account.repository.ts'
import type { Account, AccountId } from '../accounts/account.ts'
import { studentNumberHash } from '../accounts/student-number.ts'
import { userNameKey } from '../accounts/user-name.ts'
import type { StudentNumberForm } from '../shared/student-number-form.ts'
import type { Storage } from '../storage/storage.ts'
import { endTokensAfter, replacePassword } from './credentials.repository.ts'
import { checkPassword } from './passwords/password.ts'
import { hashPassword } from './passwords/password-hash.ts'

export interface AdministrationDeps {
  storage: Storage
  studentNumbers: StudentNumberForm
  studentNumberKey: Buffer
}

/** The ways in which an operator may refer to an account. */
export type Naming = 'user-name' | 'student-number' | 'id'

const pageSize = 500

export type AccountAdministration = ReturnType<typeof createAccountAdministration>

/** The operator's operations on accounts, which bypass the accounts' credentials. */
export function createAccountAdministration({ storage, studentNumbers, studentNumberKey }: AdministrationDeps) {
  const found: Record<Naming, (who: string) => Promise<Account | undefined>> = {
    'user-name': (who) => findByUserName(storage.db, userNameKey(who)),
    'student-number': async (who) =>
      studentNumbers.matches(who)
        ? findByStudentNumber(storage.db, studentNumberHash(who, studentNumberKey))
        : undefined,
    id: async (who) => (/^[1-9][0-9]{0,14}$/.test(who) ? findAccount(storage.db, Number(who) as AccountId) : undefined),
  }

  /** Tries the user name before the student number, as at login, and the id last. */
  async function findNamed(who: string, naming?: Naming): Promise<Account | undefined> {
    if (naming) return found[naming](who)
    return (await found['user-name'](who)) ?? (await found['student-number'](who)) ?? (await found.id(who))
  }

  /** Lists accounts by id, a page at a time: any number of accounts takes little memory, and no read is long-lived. */
  async function* listAccounts(after: number, limit: number): AsyncGenerator<Account> {
    for (let [last, left] = [after, limit]; left > 0; ) {
      const page = await findAccountsAfter(storage.db, last, Math.min(left, pageSize))
      yield* page
      last = page.at(-1)?.id ?? last
      left = page.length < pageSize ? 0 : left - page.length
    }
  }

  /** Invalidates every token of the account. @throws DomainError as `checkPassword` */
  async function resetPassword({ id, username }: Account, password: string): Promise<void> {
    await checkPassword(password, { username })
    const passwordHash = await hashPassword(password)
    await storage.write((tx) => replacePassword(tx, id, passwordHash))
  }

  /** Makes everyone sign in again. Works in batches, so that no write waits long. Returns the number of accounts. */
  async function revokeAllTokens(): Promise<number> {
    let revoked = 0
    for (let after: number | undefined = 0; after !== undefined; ) {
      const from: number = after
      const part = await storage.write((tx) => endTokensAfter(tx, from, pageSize))
      revoked += part?.count ?? 0
      after = part?.last
    }
    return revoked
  }

  return { findNamed, listAccounts, resetPassword, revokeAllTokens }
}
