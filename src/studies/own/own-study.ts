import { clockSkew, type EpochSeconds } from '../../shared/clock.ts'
import { endByService, type Rules, type Study, type StudyEnd } from '../study.ts'

/** A record as its owner knows it. */
export interface OwnStudy extends Study {
  subject: string | undefined
  note: string | undefined
  /** The start and the end that the service saw itself: no edit changes them, and between them lies what counts on boards. */
  seenFrom: EpochSeconds | undefined
  seenTo: EpochSeconds | undefined
}

export type NewStudy = Omit<OwnStudy, 'id'>

/** A start is seen if it was told when it happened. */
export function seenStart(startedAt: EpochSeconds, now: EpochSeconds): EpochSeconds | undefined {
  return Math.abs(startedAt - now) <= clockSkew ? startedAt : undefined
}

/** An end is seen if it was told when it happened, or is the last sign of life. Nobody saw the end of a record that ran up to the limit. */
function seenEnd({ at, cause }: StudyEnd, now: EpochSeconds): EpochSeconds | undefined {
  if (cause === 'idle') return at
  return cause !== 'limit' && Math.abs(at - now) <= clockSkew ? at : undefined
}

/** The record with this end; what was seen of it is settled when it ends for the first time. */
export function withEnd<S extends NewStudy>(study: S, end: StudyEnd, now: EpochSeconds): S {
  return { ...study, end, seenTo: study.end ? study.seenTo : seenEnd(end, now) }
}

/** As `settled`, with what was seen of the record. */
export function ownSettled(study: OwnStudy, rules: Rules): OwnStudy {
  const end = study.end ? undefined : endByService(study, rules)
  return end ? withEnd(study, end, rules.now) : study
}

/** Whether any of the record's time was not seen by the service, but told to it. */
export function isSelfReported({ startedAt, end, seenFrom, seenTo }: NewStudy): boolean {
  if (seenFrom === undefined || startedAt < seenFrom) return true
  return end !== undefined && (seenTo === undefined || end.at > seenTo)
}

/** In seconds; of a running record, so far. */
export function lengthOf({ startedAt, end }: Study, now: EpochSeconds): number {
  return Math.max(0, (end?.at ?? now) - startedAt)
}
