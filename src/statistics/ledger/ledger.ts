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
    const studyIds = active.firstIds()
    intervals.push({ from, to, studyIds, counted, boardCounted, notes })
  }
  return { seconds: intervals.reduce((sum, { counted }) => sum + counted, 0), boardSeconds, intervals }
}

/** The time between two consecutive events. */
interface Part extends Span {
  /** The records that cover it. */
  active: ActiveRecords
  /** Whether the service saw this time in any of them. */
  seen: boolean
}

interface Event {
  at: EpochSeconds
  record: LedgerRecord
  kind: 'start' | 'end' | 'seen' | 'unseen'
}

function* partsOf(records: readonly LedgerRecord[], day: Span): Generator<Part> {
  const active = new ActiveRecords(day)
  let seen = 0
  let from = day.from
  for (const { at, record, kind } of eventsOf(records, day)) {
    if (at > from && active.size > 0) yield { from, to: at, active, seen: seen > 0 }
    from = at
    if (kind === 'start') active.add(record)
    else if (kind === 'end') active.remove(record)
    else seen += kind === 'seen' ? 1 : -1
  }
}

/** The records that cover a part, and how many of them have each property. Counted, because thousands may cover each of thousands of parts. */
class ActiveRecords {
  size = 0
  running = 0
  startedBefore = 0
  endingAfter = 0
  reported = 0
  leftRunning = 0
  private readonly day: Span
  /** All that were added, in order. Those before `next` are in `first`, or are not active any more. */
  private readonly added: LedgerRecord[] = []
  private readonly removed = new Set<LedgerRecord>()
  private next = 0
  private first: LedgerRecord[] = []

  constructor(day: Span) {
    this.day = day
  }

  /** In the order of their starts. */
  add(record: LedgerRecord): void {
    this.added.push(record)
    this.count(record, 1)
  }

  remove(record: LedgerRecord): void {
    this.removed.add(record)
    this.first = this.first.filter((other) => other !== record)
    this.count(record, -1)
  }

  /** The ids of the first to start, at most `maxIds`. */
  firstIds(): number[] {
    while (this.first.length < maxIds && this.next < this.added.length) {
      const record = this.added[this.next++]
      if (record && !this.removed.has(record)) this.first.push(record)
    }
    return this.first.map(({ id }) => id)
  }

  private count({ from, to, running, startSeen, endSeen }: LedgerRecord, sign: 1 | -1): void {
    this.size += sign
    if (from < this.day.from) this.startedBefore += sign
    if (to > this.day.to) this.endingAfter += sign
    if (running) this.running += sign
    if (!startSeen || (endSeen && !running)) this.reported += sign
    if (startSeen && !endSeen && !running) this.leftRunning += sign
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
  const startsBefore = from === day.from && active.startedBefore > 0
  const endsAfter = to === day.to && active.endingAfter > 0
  const notes: LedgerNote[] = startsBefore || endsAfter ? ['cut at midnight'] : []
  if (active.size > 1) notes.push('overlap')
  if (active.running > 0) notes.push('running')
  if (seen) return notes
  if (active.reported > 0) notes.push('self-reported')
  if (active.leftRunning > 0) notes.push('end not seen')
  return notes
}
