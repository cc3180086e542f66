import type { EpochSeconds } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import { decideEnd, endByService, endWithin, type Rules, refuseOutOfRange, type StudyEnd } from '../study.ts'
import { type OwnStudy, withEnd } from './own-study.ts'

/** The fields to change: undefined leaves a field unchanged, `null` clears it. */
export interface StudyEdit {
  startedAt?: EpochSeconds | undefined
  endedAt?: EpochSeconds | undefined
  subject?: string | null | undefined
  note?: string | null | undefined
}

/**
 * Returns the record after an edit. The rules for starts and ends apply only to times that change.
 * @param study already settled
 * @throws DomainError `time-too-early`, `time-in-future`, `end-before-start`, `study-too-long`
 */
export function decideEdit(study: OwnStudy, edit: StudyEdit, rules: Rules): OwnStudy {
  const { startedAt = study.startedAt } = edit
  if (startedAt !== study.startedAt) refuseOutOfRange(startedAt, rules)
  const end = endAfterEdit(study, { ...edit, startedAt }, rules)
  const edited: OwnStudy = {
    ...study,
    startedAt,
    heartbeatAt: study.heartbeatAt && Math.max(study.heartbeatAt, startedAt),
    subject: edit.subject === undefined ? study.subject : (edit.subject ?? undefined),
    note: edit.note === undefined ? study.note : (edit.note ?? undefined),
  }
  return end === undefined || end === study.end ? edited : withEnd(edited, end, rules)
}

function endAfterEdit(
  study: OwnStudy,
  { startedAt, endedAt }: StudyEdit & { startedAt: EpochSeconds },
  rules: Rules,
): StudyEnd | undefined {
  const { end } = study
  if (endedAt !== undefined && endedAt !== end?.at) return decideEnd({ ...study, startedAt }, endedAt, rules)
  if (startedAt === study.startedAt) return end
  if (end) return { ...end, at: endWithin(startedAt, end.at, rules) }
  if (endByService({ startedAt, heartbeatAt: undefined }, rules)) throw new DomainError('study-too-long')
  return undefined
}
