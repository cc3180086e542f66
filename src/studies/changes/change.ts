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

/** Where an account's change log begins and ends. */
export interface LogBounds {
  /** The latest version whose entry was deleted for its age. */
  forgottenTo: number
  version: number
}

/** A version that the account does not have yet comes from a database that was restored from a backup since. */
export function isCovered({ version }: ChangeCursor, log: LogBounds): boolean {
  return version >= log.forgottenTo && version <= log.version
}

export interface LogEntry {
  accountId: AccountId
  version: number
  studyId: StudyId
  changedAt: EpochSeconds
}

export type LogPosition = Pick<LogEntry, 'accountId' | 'version'>

/** What can be deleted from a part of one account's log. */
export interface Forgettable {
  versions: number[]
  /** The latest version that is deleted for its age, or 0: who knows less must begin again. */
  forgottenTo: number
}

/** Entries that are too old, and those of which the record has a later one: only its latest is needed. */
export function forgettable(entries: LogEntry[], until: EpochSeconds): Forgettable {
  const latest = new Map(entries.map(({ studyId, version }) => [studyId, version]))
  const isOld = ({ changedAt }: LogEntry) => changedAt <= until
  const gone = entries.filter((entry) => isOld(entry) || latest.get(entry.studyId) !== entry.version)
  return {
    versions: gone.map(({ version }) => version),
    forgottenTo: gone.findLast(isOld)?.version ?? 0,
  }
}

/**
 * Where the next part of the log begins after one of at most `limit` entries: again at the last account, whose entries
 * may not all have been read, unless it was the only one. Undefined at the end.
 */
export function nextPart(entries: LogEntry[], limit: number): LogPosition | undefined {
  const [first, last] = [entries[0], entries.at(-1)]
  if (entries.length < limit || first === undefined || last === undefined) return undefined
  const { accountId, version } = last
  return first.accountId === accountId ? { accountId, version } : { accountId, version: 0 }
}
