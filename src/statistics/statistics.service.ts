import { LRUCache } from 'lru-cache'
import type { AccountId } from '../accounts/account.ts'
import type { CampusDay } from '../shared/campus-calendar.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen, type MaybePromise } from '../shared/maybe-promise.ts'
import type { Storage } from '../storage/storage.ts'
import { createPageCache } from '../studies/list/page-cache.ts'
import type { Rules } from '../studies/study.ts'
import type { Span } from './daily-totals/attribution.ts'
import type { DailyTotals } from './daily-totals/daily-totals.service.ts'
import { findDays, findLongDays } from './daily-totals/study-day.repository.ts'
import { findLongest } from './daily-totals/study-interval.repository.ts'
import { findTotalsState, type TotalsState } from './daily-totals/totals-state.repository.ts'
import { findDaysWith, findRunningTime, type RunningTime } from './own-time.service.ts'
import { type DayWindow, type Statistics, summaryOf, windowOf } from './statistics.ts'
import { streakOf } from './streak.ts'

export interface StatisticsServiceDeps {
  storage: Storage
  totals: DailyTotals
  streakMinutes: number
  rules: () => Rules
}

export type StatisticsService = ReturnType<typeof createStatisticsService>

export interface StatisticsRequest {
  caller: AccountId
  window: Partial<DayWindow>
  /** Its result is cached, so it may depend only on the statistics and on whether the caller is the owner. */
  write: (statistics: Statistics) => string
}

/** What the totals and ended records of an account say about a window. A running record is added to it. */
interface StoredStatistics {
  /** Valid while the account's records have this version. */
  version: number
  summary: ReturnType<typeof summaryOf>
  longestSeconds: number
  /** All days of the account that count for streaks, in order. */
  longDays: CampusDay[]
}

interface CompleteRequest {
  accountId: AccountId
  window: DayWindow
  today: CampusDay
  running: RunningTime | undefined
}

/** At most 40 KiB each. */
const maxStored = 500
/** As in the page cache. */
const maxAgeMs = 10_000

/** Reads are repeated if a write was committed between them. */
const maxAttempts = 3

export function createStatisticsService({ storage, totals, streakMinutes, rules }: StatisticsServiceDeps) {
  const { calendar } = totals
  const texts = createPageCache()
  // The texts of students who study now change every second.
  const stored = new LRUCache<string, StoredStatistics>({ max: maxStored, ttl: maxAgeMs })
  const streakSeconds = Math.max(1, Math.round(streakMinutes * 60))

  /**
   * Returns the account's statistics as text, which is cached while its records do not change.
   * @throws DomainError `not-found`, `range-reversed`, `window-too-long`
   */
  function writeStatistics(
    accountId: AccountId,
    { caller, window: requested, write }: StatisticsRequest,
  ): MaybePromise<string> {
    const { now } = rules()
    const today = calendar.dayOf(now)
    const window = windowOf(requested, today)
    return andThen(findTotalsState(storage.db, accountId), (state) => {
      if (state === undefined || (state.hidden && accountId !== caller)) throw new DomainError('not-found')
      const key = `${accountId} ${window.from} ${window.to} ${accountId === caller}`
      const cached = texts.get(key, '', state.studyVersion, now)
      if (cached !== undefined) return cached
      return compute(state, window).then(({ statistics, version, running }) => {
        const text = write(statistics)
        // The current streak may change at midnight without a write.
        const until = calendar.startOf((today + 1) as CampusDay)
        if (!running) texts.set(key, { version, origin: '', text }, now, until)
        return text
      })
    })
  }

  async function compute(state: TotalsState, window: DayWindow) {
    const { accountId } = state
    let found = state
    for (let attempt = 1; ; attempt += 1) {
      if (!totals.isCurrent(found)) await totals.ensureBuilt(storage, accountId)
      const at = rules()
      const running = await findRunningTime(storage.db, accountId, at, totals)
      const key = `${accountId} ${window.from} ${window.to}`
      const known = stored.get(key)
      const part = known?.version === found.studyVersion ? known : await readStored(found, window)
      const statistics = await complete(part, { accountId, window, today: calendar.dayOf(at.now), running })
      const after = await findTotalsState(storage.db, accountId)
      if (after === undefined) throw new DomainError('not-found')
      const isConsistent = found.studyVersion === after.studyVersion && totals.isCurrent(after)
      if (isConsistent) stored.set(key, part)
      if (isConsistent || attempt === maxAttempts)
        return { statistics, version: found.studyVersion, running: running !== undefined || !isConsistent }
      found = after
    }
  }

  async function readStored({ accountId, studyVersion }: TotalsState, window: DayWindow): Promise<StoredStatistics> {
    const days = await findDays(storage.db, accountId, window.from, window.to)
    return {
      version: studyVersion,
      summary: summaryOf(window, days),
      longestSeconds: await findLongest(storage.db, accountId, spanOf(window)),
      longDays: await findLongDays(storage.db, accountId, streakSeconds),
    }
  }

  function spanOf({ from, to }: DayWindow): Span {
    return { from: calendar.startOf(from), to: calendar.startOf((to + 1) as CampusDay) }
  }

  /** Adds the running record. */
  async function complete(
    { summary, longestSeconds, longDays }: StoredStatistics,
    { accountId, window, today, running }: CompleteRequest,
  ): Promise<Statistics> {
    const span = spanOf(window)
    const soFar = running ? Math.min(running.interval.to, span.to) - Math.max(running.interval.from, span.from) : 0
    return {
      ...window,
      timezone: calendar.timezone,
      ...(running ? summaryOf(window, running.differences, summary) : summary),
      longestSeconds: Math.max(longestSeconds, soFar),
      streak: streakOf(await findStreakDays(accountId, longDays, running), today),
    }
  }

  async function findStreakDays(
    accountId: AccountId,
    stored: CampusDay[],
    running: RunningTime | undefined,
  ): Promise<CampusDay[]> {
    if (running === undefined || running.differences.length === 0) return stored
    const changed = running.differences.map(({ day }) => day)
    const [from, to] = [Math.min(...changed) as CampusDay, Math.max(...changed) as CampusDay]
    const days = await findDaysWith(storage.db, accountId, { from, to }, running)
    const long = days.filter(({ seconds }) => seconds >= streakSeconds).map(({ day }) => day)
    return [...new Set([...stored, ...long])].sort((a, b) => a - b)
  }

  return { writeStatistics }
}
