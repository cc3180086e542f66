import { lockAccount } from '../accounts/account.repository.ts'
import type { AccountId } from '../accounts/account.ts'
import { noteStudies, type StudiesNoted } from '../accounts/account-versions.repository.ts'
import { DomainError } from '../shared/errors.ts'
import type { DatabaseKind, Db } from '../storage/storage.ts'

/** The transaction of writes to an account's records. */
export interface AccountWrite {
  tx: Db
  kind: DatabaseKind
  accountId: AccountId
  /** For many writes in one transaction: the account's row, locked and read once, and to be stored once. */
  locked?: LockedAccount
}

/** `added` and `written` sum up what is not stored yet, as for `noteStudies`. */
export interface LockedAccount extends StudiesNoted {
  added: number
  written: number
  /** Whether the followers have seen a write. */
  followed: boolean
}

/** Serializes the writes of one account. */
export async function lock({ tx, kind, accountId, locked }: AccountWrite): Promise<void> {
  if (!locked) await lockAccount(tx, accountId, kind)
}

/** As `noteStudies`. @throws DomainError `unauthorized` if the account no longer exists */
export async function note(
  { tx, accountId, locked }: AccountWrite,
  { added, written }: { added: number; written: number },
): Promise<StudiesNoted> {
  if (locked) {
    locked.studyVersion += written
    locked.added += added
    locked.written += written
    return locked
  }
  const noted = await noteStudies(tx, accountId, { added, written })
  if (noted === undefined) throw new DomainError('unauthorized')
  return noted
}

/** @throws DomainError `unauthorized` if the account no longer exists */
export async function lockOnce({ tx, kind, accountId }: AccountWrite): Promise<LockedAccount> {
  await lockAccount(tx, accountId, kind)
  const noted = await noteStudies(tx, accountId, { added: 0, written: 0 })
  if (noted === undefined) throw new DomainError('unauthorized')
  return { ...noted, added: 0, written: 0, followed: false }
}

/** Must come after the followers: the first write of several may have made them compute the daily totals again. */
export async function noteFollowed({ tx, accountId, locked }: AccountWrite): Promise<void> {
  if (!locked || locked.followed) return
  const noted = await noteStudies(tx, accountId, { added: 0, written: 0 })
  locked.totalsBasis = noted?.totalsBasis
  locked.followed = true
}

/** Stores what was noted since `lockOnce`. */
export async function storeNotes({ tx, accountId }: AccountWrite, { added, written }: LockedAccount): Promise<void> {
  if (written > 0) await noteStudies(tx, accountId, { added, written })
}
