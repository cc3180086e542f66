import type { AccountId } from '../accounts/account.ts'
import type { CampusDay } from '../shared/campus-calendar.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import type { Db } from '../storage/storage.ts'
import { ownSettled } from '../studies/own/own-study.ts'
import { findRunning } from '../studies/study.repository.ts'
import type { Rules } from '../studies/study.ts'
import type { StudyInterval } from './daily-totals/attribution.ts'
import type { DailyTotals } from './daily-totals/daily-totals.service.ts'
import { addDays, type DayTotals } from './daily-totals/day-totals.ts'
import { findDays } from './daily-totals/study-day.repository.ts'
import { differencesOf, intervalOf } from './daily-totals/written-intervals.service.ts'
import type { DayWindow } from './statistics.ts'

/** The time of a record that the stored totals do not include: it is running, or has reached its limit but is not ended in the database yet. */
export interface RunningTime {
  interval: StudyInterval
  /** Whether it still runs. */
  running: boolean
  /** What it adds to the days. */
  differences: DayTotals[]
}

export async function findRunningTime(
  db: Db,
  accountId: AccountId,
  rules: Rules,
  { hours }: DailyTotals,
): Promise<RunningTime | undefined> {
  const found = await findRunningInterval(db, accountId, rules)
  if (found === undefined) return undefined
  const { study, interval } = found
  const running = study.end === undefined
  if (interval === undefined) return { interval: noTime(study.startedAt), running, differences: [] }
  const changed = { ids: new Set<number>([study.id]), before: [], after: [interval] }
  return { interval, running, differences: await differencesOf(db, accountId, changed, { hours }) }
}

/** The running record, and its time up to now or to its limit. The interval is undefined while it has no length. */
export async function findRunningInterval(db: Db, accountId: AccountId, rules: Rules) {
  const found = await findRunning(db, accountId)
  if (found === undefined) return undefined
  const study = ownSettled(found, rules)
  return { study, interval: intervalOf({ ...study, end: study.end ?? { at: rules.now, cause: 'student' } }) }
}

function noTime(at: EpochSeconds): StudyInterval {
  return { id: 0, from: at, to: at, subject: undefined, seen: undefined }
}

/** The days of the window with study, including `running`, in no particular order. */
export async function findDaysWith(
  db: Db,
  accountId: AccountId,
  { from, to }: DayWindow,
  running: RunningTime | undefined,
): Promise<DayTotals[]> {
  const days = new Map((await findDays(db, accountId, from, to)).map((day): [CampusDay, DayTotals] => [day.day, day]))
  for (const difference of running?.differences ?? []) {
    const { day } = difference
    if (day < from || day > to) continue
    const stored = days.get(day)
    days.set(day, stored ? addDays(stored, difference) : difference)
  }
  return [...days.values()]
}
