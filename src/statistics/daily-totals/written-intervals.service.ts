import type { AccountId } from '../../accounts/account.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import type { Db } from '../../storage/storage.ts'
import type { OwnStudy } from '../../studies/own/own-study.ts'
import type { WrittenStudies } from '../../studies/study-writes.service.ts'
import { type StudyInterval, seenWithin, union } from './attribution.ts'
import type { DayHours } from './day-hours.ts'
import { addIntervals, type DayTotals, isZero, type TotalsByDay } from './day-totals.ts'
import { findOverlapping } from './study-interval.repository.ts'

export interface ChangedIntervals {
  ids: ReadonlySet<number>
  before: StudyInterval[]
  after: StudyInterval[]
}

/** The intervals that a write changed; undefined if there are none, as for a start. A record without length has none. */
export function changedIntervals(changes: WrittenStudies['changes']): ChangedIntervals | undefined {
  const byId = new Map<number, { before: StudyInterval | undefined; after: StudyInterval | undefined }>()
  for (const { before, after } of changes) {
    const id = (after ?? before)?.id
    if (id === undefined) continue
    const known = byId.get(id)
    byId.set(id, { before: known ? known.before : intervalOf(before), after: intervalOf(after) })
  }
  const changed = [...byId].filter(([, { before, after }]) => !isSame(before, after))
  if (changed.length === 0) return undefined
  return {
    ids: new Set(changed.map(([id]) => id)),
    before: changed.flatMap(([, { before }]) => before ?? []),
    after: changed.flatMap(([, { after }]) => after ?? []),
  }
}

export function intervalOf(study: OwnStudy | undefined): StudyInterval | undefined {
  if (study?.end === undefined || study.end.at <= study.startedAt) return undefined
  const { id, startedAt: from, subject, seenFrom, seenTo } = study
  const span = { from, to: study.end.at }
  return { id, ...span, subject, seen: seenWithin(span, seenFrom, seenTo) }
}

function isSame(a: StudyInterval | undefined, b: StudyInterval | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  const same = a.from === b.from && a.to === b.to && a.subject === b.subject
  return same && a.seen?.from === b.seen?.from && a.seen?.to === b.seen?.to
}

/** In seconds. */
export function lengthOfLongest(intervals: readonly StudyInterval[]): number {
  return intervals.reduce((longest, { from, to }) => Math.max(longest, to - from), 0)
}

/**
 * By how much the write, which is stored already, changes the totals of each day: only what the changed intervals cover
 * can change, and only records that overlap them matter.
 *
 * @param latestEnd before the write, no ended record ended later
 */
export async function differencesOf(
  tx: Db,
  accountId: AccountId,
  { ids, before, after }: ChangedIntervals,
  { hours, latestEnd = Number.POSITIVE_INFINITY }: { hours: DayHours; latestEnd?: EpochSeconds },
): Promise<DayTotals[]> {
  const totals: TotalsByDay = new Map()
  for (const span of union([...before, ...after])) {
    // Most records begin after all others have ended. This saves a query in nearly every stop.
    const overlapping = span.from < latestEnd ? await findOverlapping(tx, accountId, span) : []
    const others = overlapping.filter(({ id }) => !ids.has(id))
    addIntervals(totals, [...others, ...before], span, hours, -1)
    addIntervals(totals, [...others, ...after], span, hours, 1)
  }
  return [...totals.values()].filter((day) => !isZero(day))
}
