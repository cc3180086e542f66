import type { EpochSeconds } from '../../shared/clock.ts'
import { byStart, type Span, type StudyInterval } from '../daily-totals/attribution.ts'

/** Remarks on an interval: how it was cut, and why it does not count on boards. */
export const ledgerNotes = [
  'cut at midnight',
  'overlap',
  'running',
  'self-reported',
  'end not seen',
  'over day limit',
] as const
export type LedgerNote = (typeof ledgerNotes)[number]

export interface LedgerRecord extends StudyInterval {
  running: boolean
  startSeen: boolean
  endSeen: boolean
}

/** A part of the day that the same records cover. */
export interface LedgerInterval extends Span {
  /** The ids of these records, in order of their starts; at most `maxIds`. */
  studyIds: number[]
  /** What the statistics count: all of it, once. */
  counted: number
  /** What boards count. */
  boardCounted: number
  notes: LedgerNote[]
}

export interface Ledger {
  seconds: number
  boardSeconds: number
  intervals: LedgerInterval[]
}

/** Limits the response for a day with thousands of overlapping records. */
export const maxIds = 20

/**
 * The intervals that make up a day, in order, without overlaps.
 * @param records all records that overlap the day
 * @param maxBoardSeconds how many seconds of a day count on boards: the first ones
 */
export function ledgerOf(records: readonly LedgerRecord[], day: Span, maxBoardSeconds: number): Ledger {
  const intervals: LedgerInterval[] = []
  let boardSeconds = 0
  for (const part of partsOf(records, day)) {
    const counted = part.to - part.from
    const boardCounted = part.seen ? Math.min(counted, maxBoardSeconds - boardSeconds) : 0
    boardSeconds += boardCounted
    const notes = notesOf(part, day)
    if (part.seen && boardCounted < counted) notes.push('over day limit')
    const { from, to, active } = part
    const studyIds = active.slice(0, maxIds).map(({ id }) => id)
    intervals.push({ from, to, studyIds, counted, boardCounted, notes })
  }
  return { seconds: intervals.reduce((sum, { counted }) => sum + counted, 0), boardSeconds, intervals }
}

/** The time between two consecutive events. */
interface Part extends Span {
  /** The records that cover it, in order. */
  active: readonly LedgerRecord[]
  /** Whether the service saw this time in any of them. */
  seen: boolean
}

interface Event {
  at: EpochSeconds
  record: LedgerRecord
  kind: 'start' | 'end' | 'seen' | 'unseen'
}

function* partsOf(records: readonly LedgerRecord[], day: Span): Generator<Part> {
  const active: LedgerRecord[] = []
  let seen = 0
  let from = day.from
  for (const { at, record, kind } of eventsOf(records, day)) {
    if (at > from && active.length > 0) yield { from, to: at, active, seen: seen > 0 }
    from = at
    if (kind === 'start') active.push(record)
    else if (kind === 'end') active.splice(active.indexOf(record), 1)
    else seen += kind === 'seen' ? 1 : -1
  }
}

/** In order of time. Events at the same time are in the order of the records. */
function eventsOf(records: readonly LedgerRecord[], day: Span): Event[] {
  const within = (at: EpochSeconds) => Math.min(Math.max(at, day.from), day.to)
  const events = [...records].sort(byStart).flatMap((record): Event[] => {
    const [from, to] = [within(record.from), within(record.to)]
    if (from >= to) return []
    const own: Event[] = [
      { at: from, record, kind: 'start' },
      { at: to, record, kind: 'end' },
    ]
    const seen = record.seen && { from: within(record.seen.from), to: within(record.seen.to) }
    if (seen === undefined || seen.from >= seen.to) return own
    return [...own, { at: seen.from, record, kind: 'seen' }, { at: seen.to, record, kind: 'unseen' }]
  })
  return events.sort((a, b) => a.at - b.at)
}

function notesOf({ from, to, active, seen }: Part, day: Span): LedgerNote[] {
  const startsBefore = from === day.from && active.some((record) => record.from < day.from)
  const endsAfter = to === day.to && active.some((record) => record.to > day.to)
  const notes: LedgerNote[] = startsBefore || endsAfter ? ['cut at midnight'] : []
  if (active.length > 1) notes.push('overlap')
  if (active.some(({ running }) => running)) notes.push('running')
  if (!seen) {
    const ended = active.filter(({ running }) => !running)
    const leftRunning = ended.some(({ startSeen, endSeen }) => startSeen && !endSeen)
    const reported = active.some(({ startSeen, endSeen, running }) => !startSeen || (endSeen && !running))
    if (reported) notes.push('self-reported')
    if (leftRunning) notes.push('end not seen')
  }
  return notes
}
