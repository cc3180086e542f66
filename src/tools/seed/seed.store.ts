import type { EpochSeconds } from '../../shared/clock.ts'
import type { CounterDelta } from '../../studies/study-counter.ts'
import type { SeedAccount } from './accounts.ts'
import type { SeedRecord } from './campus.ts'

/** What some records do to the row of their student. */
export interface AccountDelta {
  id: number
  studies: number
  lastSeenAt: EpochSeconds
}

/** The writes of one transaction, in bulk: past the service's own repositories, which write one record at a time. */
export interface SeedTransaction {
  insertAccounts(accounts: SeedAccount[], passwordHash: string): Promise<void>
  /** `firstId` is that of the first record; the others follow. */
  insertRecords(firstId: number, records: SeedRecord[]): Promise<void>
  updateAccounts(deltas: AccountDelta[]): Promise<void>
  addToCounters(deltas: CounterDelta[]): Promise<void>
  putState(state: string): Promise<void>
}

export interface SeedStore {
  findState(): Promise<string | undefined>
  hasAccounts(): Promise<boolean>
  transaction(work: (tx: SeedTransaction) => Promise<void>): Promise<void>
  /** Leaves the database as a long life would have: its log written back, its planner's figures fresh. */
  tidy(): Promise<void>
  close(): Promise<void>
}

/** Where the seeding keeps what it has done, among the settings. */
export const stateKey = 'seed'
