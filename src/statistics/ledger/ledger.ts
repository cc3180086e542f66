import type { EpochSeconds } from '../../shared/clock.ts'
import { byStart, type Span, type StudyInterval } from '../daily-totals/attribution.ts'

/** Why an interval is as it is, or does not count on boards. */
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
  /** The ids of these records, the first to start first; at most `mostIds`. */
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

/** More records than a student has at a time, so that a day of thousands that overlap has no answer of millions of ids. */
export const mostIds = 20

/**
 * The intervals that make up a day, in order, apart from each other.
 * @param records all that overlap the day
 * @param boardLimit the most seconds of a day that count on boards: the first ones do
 */
export function ledgerOf(records: readonly LedgerRecord[], day: Span, boardLimit: number): Ledger {
  const intervals: LedgerInterval[] = []
  let boardSeconds = 0
  for (const part of partsOf(records, day)) {
    const counted = part.to - part.from
    const boardCounted = part.seen ? Math.min(counted, boardLimit - boardSeconds) : 0
    boardSeconds += boardCounted
    const notes = notesOf(part, day)
    if (part.seen && boardCounted < counted) notes.push('over day limit')
    const { from, to, active } = part
    const studyIds = active.slice(0, mostIds).map(({ id }) => id)
    intervals.push({ from, to, studyIds, counted, boardCounted, notes })
  }
  return { seconds: intervals.reduce((sum, { counted }) => sum + counted, 0), boardSeconds, intervals }
}

/** A stretch between two moments at which anything begins or ends. */
interface Part extends Span {
  /** The records that cover it, in order. */
  active: readonly LedgerRecord[]
  /** Whether the service saw it in any of them. */
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

/** In order of time. Starts are in the order of the records, so that what they cover is too. */
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
  const begunBefore = from === day.from && active.some((record) => record.from < day.from)
  const goesOn = to === day.to && active.some((record) => record.to > day.to)
  const notes: LedgerNote[] = begunBefore || goesOn ? ['cut at midnight'] : []
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
