import type { AccountId } from '../accounts/account.ts'
import { clockSkew, type EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'

export type StudyId = number & { readonly brand: 'StudyId' }

/** Why a record is over: its student said so, their next start did, or the service ended it, for want of heartbeats or at the limit. */
export type EndCause = 'student' | 'next-start' | 'idle' | 'limit'

export interface Study {
  id: StudyId
  accountId: AccountId
  startedAt: EpochSeconds
  end: StudyEnd | undefined
  /** The last sign of life that was stored, if there was one. */
  heartbeatAt: EpochSeconds | undefined
}

export interface StudyEnd {
  at: EpochSeconds
  cause: EndCause
}

/** 2000-01-01 00:00:00: what lies before comes from a clock that was never set, or from another calendar. */
export const earliestTime: EpochSeconds = Date.UTC(2000, 0, 1) / 1000

/** `now` is the service's clock. In seconds: `limit` is how long a record may run, `idle` how long it may be silent after a heartbeat. */
export interface Rules {
  now: EpochSeconds
  limit: number
  idle: number
}

type Running = Pick<Study, 'startedAt' | 'heartbeatAt'>

/**
 * The end that the service puts to a record that was left running: whichever comes first of its last heartbeat, once that is `idle`
 * seconds old, and the limit. One that starts in the future, because the service's clock was ahead and has been put back, ends at its own
 * start. Undefined while the record may still run.
 */
export function endByService(study: Running, rules: Rules): StudyEnd | undefined {
  const { startedAt, heartbeatAt } = study
  if (startedAt > rules.now + clockSkew) return { at: startedAt, cause: 'limit' }
  const due = endsBy(study, rules)
  if (due > rules.now) return undefined
  if (heartbeatAt === undefined || due === startedAt + rules.limit) return { at: due, cause: 'limit' }
  return { at: Math.max(heartbeatAt, startedAt), cause: 'idle' }
}

/** When the service ends the record if nothing more is heard of it. */
export function endsBy({ startedAt, heartbeatAt }: Running, { limit, idle }: Omit<Rules, 'now'>): EpochSeconds {
  return Math.min(startedAt + limit, heartbeatAt === undefined ? Number.POSITIVE_INFINITY : heartbeatAt + idle)
}

/** A record that the service ends is over, whether or not the sweep has come by. */
export function settled<S extends Study>(study: S, rules: Rules): S {
  if (study.end) return study
  const end = endByService(study, rules)
  return end ? { ...study, end } : study
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
 * The end that a record has after a request to end it; the same object where nothing changes. An end up to a minute before the start
 * counts as the start: clocks differ.
 * @throws DomainError `time-too-early`, `time-in-future`, `end-before-start`, `study-too-long`
 */
export function decideEnd(study: Study, requested: EpochSeconds | undefined, rules: Rules): StudyEnd {
  if (requested === undefined) {
    return study.end ?? endByService(study, rules) ?? { at: Math.max(rules.now, study.startedAt), cause: 'student' }
  }
  refuseOutOfRange(requested, rules)
  return { at: endWithin(study.startedAt, requested, rules), cause: 'student' }
}

/** @throws DomainError `end-before-start`, `study-too-long` */
export function endWithin(startedAt: EpochSeconds, endedAt: EpochSeconds, { limit }: Rules): EpochSeconds {
  if (endedAt < startedAt - clockSkew) throw new DomainError('end-before-start')
  if (endedAt > startedAt + limit) throw new DomainError('study-too-long')
  return Math.max(endedAt, startedAt)
}

/** @throws DomainError `time-too-early`, `time-in-future` */
export function refuseOutOfRange(at: EpochSeconds, { now }: Rules): void {
  if (at < earliestTime) throw new DomainError('time-too-early')
  if (at > now + clockSkew) throw new DomainError('time-in-future')
}
