import type { Generated } from 'kysely'

/** A student who waits for the school or is logging in there. The order is that of `id`. */
export interface WaitingPlaceTable {
  id: Generated<number>
  /** HMACs of number and address. Null if the visitor has no student number. */
  student: string | null
  address: string | null
  /**
   * `away`: sent away with a time to come back; `here`: the request waits; `asking`: at the school; `asked`: was at
   * the school without success.
   */
  state: 'away' | 'here' | 'asking' | 'asked'
  /**
   * Milliseconds by the database's clock. For `away`, the place is passed over from then on; for the other states, the
   * process that holds it is considered dead.
   */
  until: number
}
