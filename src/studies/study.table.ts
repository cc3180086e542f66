import type { Generated } from 'kysely'
import type { EndCause } from './study.ts'

export interface StudyTable {
  id: Generated<number>
  account_id: number
  started_at: number
  ended_at: number | null
  end_cause: EndCause | null
}

/**
 * How many records start in each aligned stretch of `width` seconds (width 0: how many are running), so that a count is a short sum
 * and the N-th record is found without walking there. `slot` spreads the writers of a busy stretch over several rows.
 */
export interface StudyCounterTable {
  width: number
  bucket: number
  slot: number
  count: number
}
