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
  /** The last stored heartbeat of a running record. */
  heartbeat_at: number | null
  /** The start and the end that the service saw, regardless of later edits. */
  seen_from: number | null
  seen_to: number | null
  /** The version of the record's latest write. 0 if that was before records had versions. */
  version: Generated<number>
}

/**
 * The removed records, for synchronizing a second device. Existing records have a version themselves. The release
 * before records had versions logs all of its writes here, and may run next to this one.
 */
export interface StudyChangeTable {
  account_id: number
  version: number
  study_id: number
  changed_at: number
}

/**
 * How many records start in each aligned stretch of `width` seconds (width 0: how many are running), so that a count is
 * a short sum and the N-th record is found without scanning. Records of hidden accounts are not counted. `slot` spreads
 * the writers of a busy stretch over several rows.
 */
export interface StudyCounterTable {
  width: number
  bucket: number
  slot: number
  count: number
}

/**
 * The answers to the items of batches, by the client's keys, so that an item that is sent again gets the same answer
 * and changes nothing.
 */
export interface StudyBatchKeyTable {
  account_id: number
  key: string
  /** Hash of the item's content. */
  content: string
  /** The record that the item created, which later items name by its key. */
  study_id: number | null
  /** JSON: the record at that time, or the refusal. Null for a deletion. */
  answer: string | null
  answered_at: number
}
