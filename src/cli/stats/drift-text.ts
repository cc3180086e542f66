import { dayText } from '../../shared/campus-calendar.ts'
import type { DayTotals } from '../../statistics/daily-totals/day-totals.ts'
import type { Drift } from '../../statistics/maintenance/verify.service.ts'

/** One line for the operator. */
export function driftLine(drift: Drift): string {
  if (drift.of === 'campus')
    return `campus ${dayText(drift.day)}: the stored sum of all accounts differs by ${signed(drift.excess)} s`
  if (drift.of === 'ranks') return `leaderboard ${drift.board}: the counters for ranks differ from its rows`
  if (drift.of === 'day') return dayLine(drift)
  const account = `account ${drift.accountId}`
  if (drift.of === 'boards') return `${account}: leaderboards differ from its daily totals`
  if (drift.of === 'longest') return `${account}: a record is longer than the stored limit`
  return `${account}: not compared, because it kept changing`
}

function dayLine({ accountId, day, stored, computed }: Extract<Drift, { of: 'day' }>): string {
  return `account ${accountId} ${dayText(day)}: stored ${secondsOf(stored)}, computed ${secondsOf(computed)}${detail(stored, computed)}`
}

function secondsOf(day: DayTotals | undefined): string {
  return day === undefined ? 'nothing' : `${day.seconds} s (seen ${day.seenSeconds} s)`
}

/** If the sums are equal, their parts differ. */
function detail(stored: DayTotals | undefined, computed: DayTotals | undefined): string {
  const agree = stored?.seconds === computed?.seconds && stored?.seenSeconds === computed?.seenSeconds
  return agree ? '; hours or subjects differ' : ''
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value)
}
