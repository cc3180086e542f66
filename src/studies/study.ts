import type { AccountId } from '../accounts/account.ts'
import { clockSkewSeconds, type EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'

export type StudyId = number & { readonly brand: 'StudyId' }

/**
 * Why a record ended: its student ended it, their next start did, or the service did, because heartbeats stopped
 * (`idle`) or it reached the limit.
 */
export type EndCause = 'student' | 'next-start' | 'idle' | 'limit'

export interface Study {
  id: StudyId
  accountId: AccountId
  startedAt: EpochSeconds
  end: StudyEnd | undefined
  /** The last heartbeat that was stored, if any. */
  heartbeatAt: EpochSeconds | undefined
}

export interface StudyEnd {
  at: EpochSeconds
  cause: EndCause
}

/** 2000-01-01 00:00:00 UTC. An earlier time comes from a clock that was never set, or from another calendar. */
const earliestTime: EpochSeconds = Date.UTC(2000, 0, 1) / 1000

/**
 * `now` is the service's clock. In seconds: `limit` is how long a record may run, `idle` how long it may go without a
 * heartbeat after it has had one.
 */
export interface Rules {
  now: EpochSeconds
  limit: number
  idle: number
  /** Set for what a client reports after it happened: none of it counts as seen by the service, whatever its times. */
  reported?: true
}

type Running = Pick<Study, 'startedAt' | 'heartbeatAt'>

/**
 * The end that the service sets for a record that was left running: its last heartbeat, once that is `idle` seconds
 * old, or the limit, whichever comes first. A record that starts in the future, because the service's clock was ahead
 * and has been set back, ends at its own start. Undefined while the record may still run.
 */
export function endByService(study: Running, rules: Rules): StudyEnd | undefined {
  const { startedAt, heartbeatAt } = study
  if (startedAt > rules.now + clockSkewSeconds) return { at: startedAt, cause: 'limit' }
  const due = endsBy(study, rules)
  if (due > rules.now) return undefined
  if (heartbeatAt === undefined || due === startedAt + rules.limit) return { at: due, cause: 'limit' }
  return { at: Math.max(heartbeatAt, startedAt), cause: 'idle' }
}

/** When the service ends the record if it receives no more heartbeats. */
export function endsBy({ startedAt, heartbeatAt }: Running, { limit, idle }: Omit<Rules, 'now'>): EpochSeconds {
  return Math.min(startedAt + limit, heartbeatAt === undefined ? Number.POSITIVE_INFINITY : heartbeatAt + idle)
}

/** Returns the record with the end that the service sets for it, even if the sweep has not stored that end yet. */
export function settled<S extends Study>(study: S, rules: Rules): S {
  if (study.end) return study
  const end = endByService(study, rules)
  return end ? { ...study, end } : study
}

export interface StartDecision {
  startedAt: EpochSeconds
  /** The end of the new record, if it is already over. */
  end: StudyEnd | undefined
  /** The end of the record that was running, if it ends. */
  runningEnd: StudyEnd | undefined
}

/**
 * A student has at most one running record: a start ends it, or is ended at its start if the new start is earlier.
 * @throws DomainError `time-too-early`, `time-in-future`
 */
export function decideStart(
  running: Running | undefined,
  requested: EpochSeconds | undefined,
  rules: Rules,
): StartDecision {
  if (requested !== undefined) refuseOutOfRange(requested, rules)
  const overdue = running && endByService(running, rules)
  const current = overdue ? undefined : running
  const startedAt = requested ?? Math.max(rules.now, current?.startedAt ?? rules.now)
  const ownEnd = endByService({ startedAt, heartbeatAt: undefined }, rules)
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
 * The end of a record after a request to end it; the same object if nothing changes. An end up to a minute before the
 * start counts as the start, because clocks differ.
 * @throws DomainError `time-too-early`, `time-in-future`, `end-before-start`, `study-too-long`
 */
export function decideEnd(study: Study, requested: EpochSeconds | undefined, rules: Rules): StudyEnd {
  if (requested === undefined) {
    return study.end ?? endByService(study, rules) ?? { at: Math.max(rules.now, study.startedAt), cause: 'student' }
  }
  refuseOutOfRange(requested, rules)
  return { at: endWithin(study.startedAt, requested, rules), cause: 'student' }
}

/**
 * The end of a whole past record.
 * @throws DomainError `time-too-early`, `time-in-future`, `end-before-start`, `study-too-long`
 */
export function decideRecord(startedAt: EpochSeconds, endedAt: EpochSeconds, rules: Rules): StudyEnd {
  refuseOutOfRange(startedAt, rules)
  refuseOutOfRange(endedAt, rules)
  return { at: endWithin(startedAt, endedAt, rules), cause: 'student' }
}

/** @throws DomainError `end-before-start`, `study-too-long` */
export function endWithin(startedAt: EpochSeconds, endedAt: EpochSeconds, { limit }: Rules): EpochSeconds {
  if (endedAt < startedAt - clockSkewSeconds) throw new DomainError('end-before-start')
  if (endedAt > startedAt + limit) throw new DomainError('study-too-long')
  return Math.max(endedAt, startedAt)
}

/** @throws DomainError `time-too-early`, `time-in-future` */
export function refuseOutOfRange(at: EpochSeconds, { now }: Rules): void {
  if (at < earliestTime) throw new DomainError('time-too-early')
  if (at > now + clockSkewSeconds) throw new DomainError('time-in-future')
}
