import type { AccountId } from '../accounts/account.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'

export type StudyId = number & { readonly brand: 'StudyId' }

/** Why a record is over: its student said so, their next start did, or it ran into the limit. */
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

/** How far a client's clock may run ahead, in seconds. */
export const clockSkew = 60

/** `now` is the service's clock; `limit` is how long a record may run, in seconds. */
export interface Rules {
  now: EpochSeconds
  limit: number
}

/** The end that the limit has put to a record that was left running, or undefined while it may still run. */
export function endByLimit(startedAt: EpochSeconds, { now, limit }: Rules): StudyEnd | undefined {
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
 * @throws DomainError `time-in-future`
 */
export function decideStart(
  running: Pick<Study, 'startedAt'> | undefined,
  requested: EpochSeconds | undefined,
  rules: Rules,
): StartDecision {
  if (requested !== undefined) refuseFuture(requested, rules)
  const overdue = running && endByLimit(running.startedAt, rules)
  const current = overdue ? undefined : running
  const startedAt = requested ?? Math.max(rules.now, current?.startedAt ?? rules.now)
  const ownLimit = endByLimit(startedAt, rules)
  if (current === undefined) return { startedAt, end: ownLimit, runningEnd: overdue }
  if (startedAt >= current.startedAt)
    return { startedAt, end: ownLimit, runningEnd: { at: startedAt, cause: 'next-start' } }
  const nextStart: StudyEnd = { at: current.startedAt, cause: 'next-start' }
  return { startedAt, end: ownLimit && ownLimit.at < nextStart.at ? ownLimit : nextStart, runningEnd: undefined }
}

/**
 * The end that a record has after a request to end it; the same object where nothing changes.
 * @throws DomainError `time-in-future`, `end-before-start`
 */
export function decideEnd(study: Study, requested: EpochSeconds | undefined, rules: Rules): StudyEnd {
  if (requested === undefined) {
    return (
      study.end ?? endByLimit(study.startedAt, rules) ?? { at: Math.max(rules.now, study.startedAt), cause: 'student' }
    )
  }
  refuseFuture(requested, rules)
  if (requested < study.startedAt) throw new DomainError('end-before-start')
  return { at: requested, cause: 'student' }
}

function refuseFuture(at: EpochSeconds, { now }: Rules): void {
  if (at > now + clockSkew) throw new DomainError('time-in-future')
}
