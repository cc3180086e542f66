import type { AccountId, Visibility } from '../accounts/account.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import type { StudyId } from '../studies/study.ts'

/** A student who studies now and is not hidden. */
export interface LiveStudent {
  id: StudyId
  accountId: AccountId
  username: string
  visibility: Exclude<Visibility, 'only_me'>
  startedAt: EpochSeconds
}

/** The part that others may see. */
export interface ShownStudent {
  /** Identifies the record within live responses. Nobody can derive the record from it. */
  key: string
  /** Undefined for an anonymous student. */
  account: { id: AccountId; username: string } | undefined
  since: EpochSeconds
}

/** The exact start would lead to the record, and from there to the student. */
const anonymousStepSeconds = 600

export function shown(student: LiveStudent, keyOf: (student: LiveStudent) => string): ShownStudent {
  const { accountId, username, visibility, startedAt } = student
  const key = keyOf(student)
  if (visibility === 'everyone') return { key, account: { id: accountId, username }, since: startedAt }
  return { key, account: undefined, since: startedAt - (startedAt % anonymousStepSeconds) }
}

export function isSameStudent(one: LiveStudent, other: LiveStudent): boolean {
  return (
    one.id === other.id &&
    one.username === other.username &&
    one.visibility === other.visibility &&
    one.startedAt === other.startedAt
  )
}
