import type { Generated } from 'kysely'
import type { EndCause } from './study.ts'

export interface StudyTable {
  id: Generated<number>
  account_id: number
  started_at: number
  ended_at: number | null
  end_cause: EndCause | null
  subject: string | null
  note: string | null
  /** The last sign of life of a running record. */
  heartbeat_at: number | null
  /** The start and the end that the service saw itself, whatever has been made of them since. */
  seen_from: number | null
  seen_to: number | null
  /** The account's `study_version` at the last write to this record; 0 where that was before there were any. */
  version: Generated<number>
}

/** That a record was, for devices that still have it. `version` as in `studies`: no two rows of both tables share one of an account. */
export interface RemovedStudyTable {
  account_id: number
  version: number
  study_id: number
  removed_at: number
}

/**
 * How many records start in each aligned stretch of `width` seconds (width 0: how many are running), so that a count is a short sum
 * and the N-th record is found without walking there. Those of hidden accounts are left out. `slot` spreads the writers of a busy
 * stretch over several rows.
 */
export interface StudyCounterTable {
  width: number
  bucket: number
  slot: number
  count: number
}
