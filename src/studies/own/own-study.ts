import { clockSkew, type EpochSeconds } from '../../shared/clock.ts'
import { endByService, type Rules, type Study, type StudyEnd } from '../study.ts'

/** A record as its owner sees it. */
export interface OwnStudy extends Study {
  subject: string | undefined
  note: string | undefined
  /** The start and the end that the service saw. Edits do not change them, and only the time between them counts on boards. */
  seenFrom: EpochSeconds | undefined
  seenTo: EpochSeconds | undefined
}

export type NewStudy = Omit<OwnStudy, 'id'>

/** A start is seen if the service heard of it when it happened. */
export function seenStart(startedAt: EpochSeconds, now: EpochSeconds): EpochSeconds | undefined {
  return Math.abs(startedAt - now) <= clockSkew ? startedAt : undefined
}

/**
 * An end is seen if the service heard of it when it happened, or if it is the last heartbeat. The end of a record that
 * ran up to the limit is not seen.
 */
function seenEnd({ at, cause }: StudyEnd, now: EpochSeconds): EpochSeconds | undefined {
  if (cause === 'idle') return at
  return cause !== 'limit' && Math.abs(at - now) <= clockSkew ? at : undefined
}

/** Returns the record with this end. Its seen end is set when the record ends for the first time. */
export function withEnd<S extends NewStudy>(study: S, end: StudyEnd, now: EpochSeconds): S {
  return { ...study, end, seenTo: study.end ? study.seenTo : seenEnd(end, now) }
}

/** As `settled`, and also sets the seen end. */
export function ownSettled(study: OwnStudy, rules: Rules): OwnStudy {
  const end = study.end ? undefined : endByService(study, rules)
  return end ? withEnd(study, end, rules.now) : study
}

/** Whether any of the record's time was reported to the service instead of seen by it. */
export function isSelfReported({ startedAt, end, seenFrom, seenTo }: NewStudy): boolean {
  if (seenFrom === undefined || startedAt < seenFrom) return true
  return end !== undefined && (seenTo === undefined || end.at > seenTo)
}

/** The length in seconds; for a running record, up to now. */
export function lengthOf({ startedAt, end }: Study, now: EpochSeconds): number {
  return Math.max(0, (end?.at ?? now) - startedAt)
}
