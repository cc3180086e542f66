import type { EpochSeconds } from '../../shared/clock.ts'
import type { CounterDelta } from '../../studies/list/study-counter.ts'
import type { SeedAccount } from './accounts.ts'
import type { SeedRecord } from './record.ts'

/** The change that records make to the row of their student. */
export interface AccountDelta {
  id: number
  studies: number
  lastSeenAt: EpochSeconds
}

/** The bulk writes of one transaction. They bypass the service's repositories, which write one record at a time. */
export interface SeedTransaction {
  /** Notes those that are hidden, too. */
  insertAccounts(accounts: SeedAccount[], passwordHash: string): Promise<void>
  /** `firstId` is the id of the first record. The others get consecutive ids. */
  insertRecords(firstId: number, records: SeedRecord[]): Promise<void>
  updateAccounts(deltas: AccountDelta[]): Promise<void>
  addToCounters(deltas: CounterDelta[]): Promise<void>
  putState(state: string): Promise<void>
}

export interface SeedStore {
  findState(): Promise<string | undefined>
  hasAccounts(): Promise<boolean>
  transaction(work: (tx: SeedTransaction) => Promise<void>): Promise<void>
  /** Checkpoints the log and updates the planner's statistics, as in a database that has been in use for long. */
  tidy(): Promise<void>
  close(): Promise<void>
}

/** The key in the settings under which the seeding stores its progress. */
export const stateKey = 'seed'
