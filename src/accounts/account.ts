import type { EpochSeconds } from '../shared/clock.ts'

export type AccountId = number & { readonly brand: 'AccountId' }

export interface Account {
  id: AccountId
  username: string
  createdAt: EpochSeconds
  lastSeenAt: EpochSeconds
  studyCount: number
  /** Another one after every write to the account's records. */
  studyVersion: number
}

/** What a login is checked against. */
export interface Credentials {
  accountId: AccountId
  passwordHash: string
  version: number
  studentNumberHash: string
}
