import type { Entry, Target } from '../outbox/entry.ts'
import { fromWireTime } from '../time/wire-time.ts'

/** A record as a screen shows it: that of the service, with the waiting entries of the outbox applied. Times in seconds since 1970. */
export interface ShownStudy {
  /** Stays the same when a waiting start becomes a record. */
  key: string
  target: Target
  start: number
  end: number | undefined
  subject: string | null
  note: string | null
  isSelfReported: boolean
  endedBy: string | null
  /** Whether entries about it are waiting to be sent. */
  isWaiting: boolean
  /** Why the service refused an entry about it. */
  refusal: string | undefined
}

interface OwnRecord {
  id: number
  start_time: string
  end_time: string | null
  subject?: string | null
  note?: string | null
  ended_by?: string | null
  self_reported?: boolean
}

export function shownOf(record: OwnRecord): ShownStudy {
  return {
    key: `#${record.id}`,
    target: { id: record.id },
    start: fromWireTime(record.start_time),
    end: record.end_time === null ? undefined : fromWireTime(record.end_time),
    subject: record.subject ?? null,
    note: record.note ?? null,
    isSelfReported: record.self_reported ?? false,
    endedBy: record.ended_by ?? null,
    isWaiting: false,
    refusal: undefined,
  }
}

/** The records as they will be once all entries are sent, newest first. */
export function withOutbox(studies: readonly ShownStudy[], entries: readonly Entry[]): ShownStudy[] {
  const ordered = [...entries].sort((a, b) => a.order - b.order)
  return ordered.reduce(apply, [...studies]).sort((a, b) => b.start - a.start)
}

function apply(studies: ShownStudy[], entry: Entry): ShownStudy[] {
  const waiting = { isWaiting: true, refusal: entry.parked?.message }
  if (entry.action === 'start')
    return [...studies.map((study) => endedAt(study, fromWireTime(entry.start_time))), started(entry)]
  if (entry.action === 'record')
    return [
      ...studies,
      { ...started(entry), end: fromWireTime(entry.end_time), note: entry.note, isSelfReported: true },
    ]
  const isTarget = ({ target }: ShownStudy) => isSame(target, entry.target)
  if (entry.action === 'delete') return studies.filter((study) => !isTarget(study))
  return studies.map((study) => {
    if (!isTarget(study)) return study
    if (entry.action === 'end') return { ...study, ...waiting, end: fromWireTime(entry.end_time), endedBy: 'owner' }
    return { ...study, ...waiting, ...edited(study, entry.changes) }
  })
}

function started(entry: Entry & { start_time: string; subject: string | null }): ShownStudy {
  return {
    key: entry.key,
    target: { startKey: entry.key },
    start: fromWireTime(entry.start_time),
    end: undefined,
    subject: entry.subject,
    note: null,
    isSelfReported: false,
    endedBy: null,
    isWaiting: true,
    refusal: entry.parked?.message,
  }
}

/** A start ends the running record. */
function endedAt(study: ShownStudy, at: number): ShownStudy {
  return study.end === undefined ? { ...study, end: Math.max(study.start, at), endedBy: 'next start' } : study
}

function edited(
  study: ShownStudy,
  changes: { start_time?: string; end_time?: string; subject?: string | null; note?: string | null },
) {
  return {
    start: changes.start_time === undefined ? study.start : fromWireTime(changes.start_time),
    end: changes.end_time === undefined ? study.end : fromWireTime(changes.end_time),
    subject: changes.subject === undefined ? study.subject : changes.subject,
    note: changes.note === undefined ? study.note : changes.note,
  }
}

function isSame(one: Target, other: Target): boolean {
  if ('id' in one) return 'id' in other && one.id === other.id
  return 'startKey' in other && one.startKey === other.startKey
}

/**
 * The start of a session of study. A stop that was undone divides a session into two records, the second of which begins where the
 * first ended.
 */
export function sittingStart(running: ShownStudy, studies: readonly ShownStudy[]): number {
  const before = studies.find((study) => study.end === running.start && study.start < running.start)
  return before === undefined ? running.start : sittingStart(before, studies)
}
