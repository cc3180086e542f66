import type { AccountId } from '../../accounts/account.ts'
import type { CampusDay } from '../../shared/campus-calendar.ts'
import type { Db, Storage } from '../../storage/storage.ts'
import type { BoardTotals } from '../daily-totals/board-totals.service.ts'
import { findCampusDrift } from '../daily-totals/campus-day.repository.ts'
import type { DailyTotals } from '../daily-totals/daily-totals.service.ts'
import { type DayTotals, hoursText, subjectsText } from '../daily-totals/day-totals.ts'
import { findDays } from '../daily-totals/study-day.repository.ts'
import { findIntervals, findLongestBound } from '../daily-totals/study-interval.repository.ts'
import { findStatesAfter, findTotalsState, type TotalsState } from '../daily-totals/totals-state.repository.ts'
import { lengthOfLongest } from '../daily-totals/written-intervals.service.ts'
import { createLocalClock, type LocalClock, recount } from './recount.ts'

/** Derived data that does not match the records. `stored` or `computed` is undefined if it has no such day. */
export type Drift =
  | { of: 'day'; accountId: AccountId; day: CampusDay; stored: DayTotals | undefined; computed: DayTotals | undefined }
  | { of: 'boards'; accountId: AccountId }
  | { of: 'longest'; accountId: AccountId }
  | { of: 'busy'; accountId: AccountId }
  | { of: 'campus'; day: CampusDay; excess: number }
  | { of: 'ranks'; board: string }

export interface VerifyOptions {
  signal?: AbortSignal
  /** Called with the number of accounts so far. */
  onProgress?: (accounts: number) => void
  onDrift: (drift: Drift) => void
}

export interface Verified {
  accounts: number
  /** Accounts whose totals are marked as out of date. They are recomputed before they are used. */
  outdated: number
  drifts: number
}

const accountsPerRead = 200
/** An account that is written to during every attempt cannot be compared. */
const maxAttempts = 10

const everyDay: [CampusDay, CampusDay] = [-1_000_000 as CampusDay, 10_000_000 as CampusDay]

/** Compares all derived data with the records. The service may run meanwhile. */
export async function verifyTotals(
  storage: Storage,
  totals: DailyTotals,
  boards: BoardTotals | undefined,
  { signal, onProgress, onDrift }: VerifyOptions,
): Promise<Verified> {
  const verified: Verified = { accounts: 0, outdated: 0, drifts: 0 }
  const report = (drift: Drift) => {
    verified.drifts += 1
    onDrift(drift)
  }
  const clock = createLocalClock(totals.calendar.timezone)
  for (let after = 0; ; ) {
    const states = await findStatesAfter(storage.db, after, accountsPerRead)
    const last = states.at(-1)
    if (last === undefined) break
    after = last.accountId
    for (const state of states) {
      signal?.throwIfAborted()
      const found = await verifyAccount(storage.db, state, { totals, boards, clock })
      if (found === 'outdated') verified.outdated += 1
      else found.forEach(report)
      verified.accounts += 1
      onProgress?.(verified.accounts)
      // SQLite calls never yield to the event loop, which handles signals.
      await new Promise(setImmediate)
    }
  }
  const db = storage.longRunning ?? storage.db
  for (const { day, seconds: excess } of await findCampusDrift(db)) report({ of: 'campus', day, excess })
  for await (const { board, areCorrect } of boards?.checkCounters?.(db) ?? []) {
    if (!areCorrect) report({ of: 'ranks', board })
    await new Promise(setImmediate)
    signal?.throwIfAborted()
  }
  return verified
}

interface Tools {
  totals: DailyTotals
  boards: BoardTotals | undefined
  clock: LocalClock
}

/** Repeats the comparison if the account was written to meanwhile. */
async function verifyAccount(db: Db, first: TotalsState, tools: Tools): Promise<Drift[] | 'outdated'> {
  const { accountId } = first
  let state: TotalsState | undefined = first
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    if (state === undefined) return []
    if (!tools.totals.isCurrent(state)) return state.isNew ? [] : 'outdated'
    const drifts = await compare(db, accountId, tools)
    const after: TotalsState | undefined = await findTotalsState(db, accountId)
    if (drifts.length === 0 || after?.studyVersion === state.studyVersion) return drifts
    state = after
  }
  return [{ of: 'busy', accountId }]
}

async function compare(db: Db, accountId: AccountId, { boards, clock }: Tools): Promise<Drift[]> {
  const intervals = await findIntervals(db, accountId)
  const stored = new Map((await findDays(db, accountId, ...everyDay)).map((day) => [day.day, day]))
  const computed = recount(intervals, clock)
  const drifts: Drift[] = []
  for (const day of new Set([...stored.keys(), ...computed.keys()])) {
    const [one, other] = [stored.get(day), computed.get(day)]
    if (textOf(one) !== textOf(other)) drifts.push({ of: 'day', accountId, day, stored: one, computed: other })
  }
  if (lengthOfLongest(intervals) > (await findLongestBound(db))) drifts.push({ of: 'longest', accountId })
  if ((await boards?.isCorrect?.(db, accountId)) === false) drifts.push({ of: 'boards', accountId })
  return drifts.sort((a, b) => ('day' in a && 'day' in b ? a.day - b.day : 0))
}

function textOf(day: DayTotals | undefined): string {
  if (day === undefined) return ''
  return JSON.stringify([day.seconds, day.seenSeconds, hoursText(day.hours), subjectsText(day.subjects)])
}
