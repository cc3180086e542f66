import type { EpochSeconds } from '../../shared/clock.ts'

/** [from, to) */
export interface Span {
  from: EpochSeconds
  to: EpochSeconds
}

/** What of an ended record matters for totals. */
export interface StudyInterval extends Span {
  id: number
  subject: string | undefined
  /** The part that the service saw, if any. */
  seen: Span | undefined
}

/** Seconds that belong to one record. */
export interface Segment extends Span {
  interval: StudyInterval
}

/**
 * Assigns each second of the span to one of the records that cover it: the one that started first, or if several started
 * at the same time, the one with the lowest id. So the result for a second depends only on the records that cover it.
 * Returns segments in order.
 */
export function attribute(intervals: readonly StudyInterval[], span: Span): Segment[] {
  const segments: Segment[] = []
  let reached = span.from
  for (const interval of [...intervals].sort(byStart)) {
    const from = Math.max(interval.from, reached)
    const to = Math.min(interval.to, span.to)
    if (to <= from) continue
    segments.push({ from, to, interval })
    reached = to
  }
  return segments
}

/** The seconds of the span that the service saw. Returns spans in order that do not touch each other. */
export function seenSpans(intervals: readonly StudyInterval[], { from, to }: Span): Span[] {
  const seen = intervals.flatMap((interval) => interval.seen ?? [])
  return union(seen.map((span) => ({ from: Math.max(span.from, from), to: Math.min(span.to, to) })))
}

/** The seconds that any of the spans covers. Returns spans in order that do not touch each other. */
export function union(spans: readonly Span[]): Span[] {
  const merged: Span[] = []
  for (const span of spans.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else merged.push({ ...span })
  }
  return merged
}

export function byStart(a: StudyInterval, b: StudyInterval): number {
  return a.from - b.from || a.id - b.id
}

/** The part of a record that the service saw. Does not include time that was added later or cut off. */
export function seenWithin(
  span: Span,
  seenFrom: EpochSeconds | undefined,
  seenTo: EpochSeconds | undefined,
): Span | undefined {
  if (seenFrom === undefined || seenTo === undefined) return undefined
  const seen = { from: Math.max(span.from, seenFrom), to: Math.min(span.to, seenTo) }
  return seen.from < seen.to ? seen : undefined
}
