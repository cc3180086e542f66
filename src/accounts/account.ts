import type { EpochSeconds } from '../shared/clock.ts'

export type AccountId = number & { readonly brand: 'AccountId' }

/** Who may see an account's records. `ranked_anonymously`: everyone, but boards do not name the account. */
export const visibilities = ['everyone', 'ranked_anonymously', 'only_me'] as const
export type Visibility = (typeof visibilities)[number]

export interface Account {
  id: AccountId
  username: string
  createdAt: EpochSeconds
  lastSeenAt: EpochSeconds
  studyCount: number
  /** Changes with every write to the account's records, and with every change of their visibility. */
  studyVersion: number
  visibility: Visibility
}

export interface AccountSettings {
  visibility: Visibility
  dailyGoalMinutes: number | undefined
}

/** Whether only the account itself may see its records. */
export function isHidden({ visibility }: Pick<Account, 'visibility'>): boolean {
  return visibility === 'only_me'
}

/** The stored data that a login is checked against. */
export interface Credentials {
  accountId: AccountId
  passwordHash: string
  version: number
  studentNumberHash: string
  usernameKey: string
}
