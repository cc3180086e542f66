import type { AccountId } from '../../accounts/account.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import type { OwnStudy } from '../own/own-study.ts'
import type { StudyId } from '../study.ts'

/**
 * The state of a device: it knows all writes up to a version. During the walk over all records, this is the version at
 * the beginning of the walk. Records that change behind the walk are listed after it.
 */
export interface ChangeCursor {
  accountId: AccountId
  version: number
  /** The last record of the walk so far. */
  walked?: { startedAt: EpochSeconds; id: number } | undefined
}

/** A record in its current state, or none if it was removed. */
export interface Change {
  id: StudyId
  study: OwnStudy | undefined
}

export interface ChangePage {
  changes: Change[]
  cursor: ChangeCursor
  /** Whether there is more to read right now. */
  more: boolean
  /** Whether the device must discard its records: this is the first page of a walk over all records. */
  reset: boolean
}

/** The range of versions that are still known. */
export interface VersionBounds {
  /** The latest version whose entry was deleted because of its age. */
  forgottenTo: number
  version: number
}

/** A version above the account's own was issued before the database was restored from a backup. */
export function isCovered({ version }: ChangeCursor, known: VersionBounds): boolean {
  return version >= known.forgottenTo && version <= known.version
}

/** An entry of the log of removed records that has expired. */
export interface OldChange {
  accountId: AccountId
  version: number
}
