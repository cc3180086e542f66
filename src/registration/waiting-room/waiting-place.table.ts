import type { Generated } from 'kysely'

/** Someone who waits for the school, or is there. Their order is that of `id`. */
export interface WaitingPlaceTable {
  id: Generated<number>
  /** HMACs of number and address; null for whoever is not known by a number. */
  student: string | null
  address: string | null
  /** `away`: told to come back; `here`: their request waits; `asking`: at the school; `asked`: were there, in vain. */
  state: 'away' | 'here' | 'asking' | 'asked'
  /** Milliseconds by the database's clock: when one who is away is passed over, or the process of the others is taken for dead. */
  until: number
}
