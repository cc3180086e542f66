import type { AccountId } from '../../accounts/account.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import type { OwnStudy } from '../own/own-study.ts'
import type { StudyId } from '../study.ts'

/**
 * How far a device knows an account's records: all writes up to a version. During the walk over all records, these are
 * the writes before the walk began; what changes behind it is found after it.
 */
export interface ChangeCursor {
  accountId: AccountId
  version: number
  /** The last record of the walk so far. */
  walked?: { startedAt: EpochSeconds; id: number } | undefined
}

/** A record as it is now, or none if it was removed. */
export interface Change {
  id: StudyId
  study: OwnStudy | undefined
}

export interface ChangePage {
  changes: Change[]
  cursor: ChangeCursor
  /** Whether there is more to read right now. */
  more: boolean
  /** Whether the device must forget what it knows: this is the first page of a walk over all records. */
  reset: boolean
}

/** The versions of an account that are still known. */
export interface VersionBounds {
  /** The latest version whose entry was deleted for its age. */
  forgottenTo: number
  version: number
}

/** A version that the account does not have yet comes from a database that was restored from a backup since. */
export function isCovered({ version }: ChangeCursor, known: VersionBounds): boolean {
  return version >= known.forgottenTo && version <= known.version
}

/** An entry of the log of removed records that is too old. */
export interface OldChange {
  accountId: AccountId
  version: number
}
