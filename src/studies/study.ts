import type { AccountId } from '../accounts/account.ts'
import { clockSkew, type EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'

export type StudyId = number & { readonly brand: 'StudyId' }

/** Why a record is over: its student said so, their next start did, or the service ended it (`limit`). */
export type EndCause = 'student' | 'next-start' | 'limit'

export interface Study {
  id: StudyId
  accountId: AccountId
  startedAt: EpochSeconds
  end: StudyEnd | undefined
}

export interface StudyEnd {
  at: EpochSeconds
  cause: EndCause
}

/** 2000-01-01 00:00:00: what lies before comes from a clock that was never set, or from another calendar. */
export const earliestTime: EpochSeconds = Date.UTC(2000, 0, 1) / 1000

/** `now` is the service's clock; `limit` is how long a record may run, in seconds. */
export interface Rules {
  now: EpochSeconds
  limit: number
}

/**
 * The end that the service puts to a record that was left running: at the limit, or at its own start where that lies in the future because
 * the service's clock was ahead and has been put back. Undefined while the record may still run.
 */
export function endByService(startedAt: EpochSeconds, { now, limit }: Rules): StudyEnd | undefined {
  if (startedAt > now + clockSkew) return { at: startedAt, cause: 'limit' }
  return startedAt + limit <= now ? { at: startedAt + limit, cause: 'limit' } : undefined
}

export interface StartDecision {
  startedAt: EpochSeconds
  /** The new record's own end, where it is over already. */
  end: StudyEnd | undefined
  /** What happens to the record that was running. */
  runningEnd: StudyEnd | undefined
}

/**
 * One student studies once at a time: a start ends the running record, or is ended where that one starts if it lies before it.
 * @throws DomainError `time-too-early`, `time-in-future`
 */
export function decideStart(
  running: Pick<Study, 'startedAt'> | undefined,
  requested: EpochSeconds | undefined,
  rules: Rules,
): StartDecision {
  if (requested !== undefined) refuseOutOfRange(requested, rules)
  const overdue = running && endByService(running.startedAt, rules)
  const current = overdue ? undefined : running
  const startedAt = requested ?? Math.max(rules.now, current?.startedAt ?? rules.now)
  const ownEnd = endByService(startedAt, rules)
  if (current === undefined) return { startedAt, end: ownEnd, runningEnd: overdue }
  if (startedAt >= current.startedAt)
    return { startedAt, end: ownEnd, runningEnd: endByNextStart(current.startedAt, startedAt, rules) }
  return { startedAt, end: endByNextStart(startedAt, current.startedAt, rules), runningEnd: undefined }
}

function endByNextStart(startedAt: EpochSeconds, nextStart: EpochSeconds, { limit }: Rules): StudyEnd {
  const atLimit = startedAt + limit
  return atLimit < nextStart ? { at: atLimit, cause: 'limit' } : { at: nextStart, cause: 'next-start' }
}

/**
 * The end that a record has after a request to end it; the same object where nothing changes. An end up to a minute before the start
 * counts as the start: clocks differ.
 * @throws DomainError `time-too-early`, `time-in-future`, `end-before-start`, `study-too-long`
 */
export function decideEnd(study: Study, requested: EpochSeconds | undefined, rules: Rules): StudyEnd {
  if (requested === undefined) {
    return (
      study.end ??
      endByService(study.startedAt, rules) ?? { at: Math.max(rules.now, study.startedAt), cause: 'student' }
    )
  }
  refuseOutOfRange(requested, rules)
  if (requested < study.startedAt - clockSkew) throw new DomainError('end-before-start')
  if (requested > study.startedAt + rules.limit) throw new DomainError('study-too-long')
  return { at: Math.max(requested, study.startedAt), cause: 'student' }
}

function refuseOutOfRange(at: EpochSeconds, { now }: Rules): void {
  if (at < earliestTime) throw new DomainError('time-too-early')
  if (at > now + clockSkew) throw new DomainError('time-in-future')
}
