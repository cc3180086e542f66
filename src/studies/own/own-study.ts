import { clockSkewSeconds, type EpochSeconds } from '../../shared/clock.ts'
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
export function seenStart(startedAt: EpochSeconds, rules: Seeing): EpochSeconds | undefined {
  return isLive(startedAt, rules) ? startedAt : undefined
}

type Seeing = Pick<Rules, 'now' | 'reported'>

function isLive(at: EpochSeconds, { now, reported }: Seeing): boolean {
  return !reported && Math.abs(at - now) <= clockSkewSeconds
}

/**
 * An end is seen if the service heard of it when it happened, or if it is the last heartbeat. The end of a record that
 * ran up to the limit is not seen.
 */
function seenEnd({ at, cause }: StudyEnd, rules: Seeing): EpochSeconds | undefined {
  if (cause === 'idle') return at
  return cause !== 'limit' && isLive(at, rules) ? at : undefined
}

/** Returns the record with this end. Its seen end is set when the record ends for the first time. */
export function withEnd<S extends NewStudy>(study: S, end: StudyEnd, rules: Seeing): S {
  return { ...study, end, seenTo: study.end ? study.seenTo : seenEnd(end, rules) }
}

/** Like `settled`, and also sets the seen end. */
export function ownSettled(study: OwnStudy, rules: Rules): OwnStudy {
  const end = study.end ? undefined : endByService(study, rules)
  return end ? withEnd(study, end, rules) : study
}

/** Whether all stored fields are equal. */
export function isSame({ end, ...before }: OwnStudy, { end: endAfter, ...after }: OwnStudy): boolean {
  const names = Object.keys(before) as (keyof typeof before)[]
  return (
    end?.at === endAfter?.at && end?.cause === endAfter?.cause && names.every((name) => before[name] === after[name])
  )
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
