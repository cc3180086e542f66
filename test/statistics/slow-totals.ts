import { sql } from 'kysely'
import type { AccountId } from '../../src/accounts/account.ts'
import type { Db } from '../../src/storage/storage.ts'

export interface SlowDay {
  seconds: number
  seen: number
  hours: Record<string, number>
  subjects: Record<string, number>
}

export interface SlowRecord {
  id: number
  start: number
  end: number
  subject: string | null
  seenFrom: number | null
  seenTo: number | null
}

/** Walks the time in steps that divide all times in the records, and gets the local day and hour of each step. */
export function slowTotals(records: readonly SlowRecord[], timezone: string, step = 60): Map<string, SlowDay> {
  const days = new Map<string, SlowDay>()
  const covered = new Map<number, { by: SlowRecord; seen: boolean }>()
  const inOrder = [...records].sort((a, b) => a.start - b.start || a.id - b.id)
  for (const record of inOrder)
    for (let at = record.start; at < record.end; at += step) {
      const isSeen = record.seenFrom !== null && record.seenTo !== null && at >= record.seenFrom && at < record.seenTo
      const known = covered.get(at)
      covered.set(at, { by: known?.by ?? record, seen: isSeen || known?.seen === true })
    }
  const clock = localClock(timezone)
  for (const [at, { by, seen }] of covered) {
    const [day, hour] = clock(at)
    const of = days.get(day) ?? { seconds: 0, seen: 0, hours: {}, subjects: {} }
    days.set(day, of)
    of.seconds += step
    if (seen) of.seen += step
    of.hours[hour] = (of.hours[hour] ?? 0) + step
    const subject = JSON.stringify(by.subject)
    of.subjects[subject] = (of.subjects[subject] ?? 0) + step
  }
  return days
}

/** The local day and hour, from the platform's formatter. */
export function localClock(timezone: string): (at: number) => [day: string, hour: number] {
  const format = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit' },
  })
  const quarters = new Map<number, [string, number]>()
  return (at) => {
    // In these years no clock changes other than on a quarter of an hour.
    const quarter = Math.floor(at / 900)
    const known = quarters.get(quarter)
    if (known) return known
    const part = Object.fromEntries(format.formatToParts(at * 1000).map(({ type, value }) => [type, value]))
    const local: [string, number] = [`${part.year}-${part.month}-${part.day}`, Number(part.hour)]
    quarters.set(quarter, local)
    return local
  }
}

export async function storedRecords(db: Db, account: AccountId): Promise<SlowRecord[]> {
  const { rows } = await sql<SlowRecord>`select id, started_at as start, ended_at as "end", subject,
    seen_from as "seenFrom", seen_to as "seenTo" from studies
    where account_id = ${account} and ended_at is not null`.execute(db)
  return rows
}

export async function storedTotals(db: Db, account: AccountId): Promise<Map<string, SlowDay>> {
  const rows = await db.selectFrom('study_days').selectAll().where('account_id', '=', account).execute()
  return new Map(
    rows.map((row) => [
      new Date(row.day * 86_400_000).toISOString().slice(0, 10),
      {
        seconds: row.seconds,
        seen: row.seen_seconds,
        hours: Object.fromEntries(
          row.hours.split(' ').flatMap((part) => {
            const [hour, seconds] = part.split(':').map(Number)
            return hour === undefined || seconds === undefined ? [] : [[hour, seconds]]
          }),
        ),
        subjects: Object.fromEntries(
          (JSON.parse(row.subjects) as [string | null, number][]).map(([subject, seconds]) => [
            JSON.stringify(subject),
            seconds,
          ]),
        ),
      },
    ]),
  )
}

export function sorted<T>(days: Map<string, T>): [string, T][] {
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1))
}
