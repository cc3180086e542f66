import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createCampusCalendar, dayText } from '../../src/shared/campus-calendar.ts'
import { type StudyInterval, seenWithin } from '../../src/statistics/daily-totals/attribution.ts'
import { createDayHours } from '../../src/statistics/daily-totals/day-hours.ts'
import { addIntervals, always, type TotalsByDay } from '../../src/statistics/daily-totals/day-totals.ts'
import { type SlowDay, type SlowRecord, slowTotals, sorted } from './slow-totals.ts'

const utc = (...date: [number, number, number, number?]) => Date.UTC(date[0], date[1] - 1, date[2], date[3] ?? 0) / 1000
const minute = 60
/** Special nights: an ordinary one, a leap day, and both changes of the clock. */
const nights: Record<string, number[]> = {
  'Asia/Shanghai': [utc(2024, 2, 28, 12), utc(2024, 2, 29, 12), utc(2025, 12, 31, 12)],
  'America/New_York': [utc(2025, 3, 9), utc(2025, 11, 2), utc(2024, 2, 29)],
  'Australia/Lord_Howe': [utc(2025, 4, 5, 8), utc(2025, 10, 4, 8)],
  'America/Asuncion': [utc(2023, 10, 1), utc(2024, 3, 23, 20), utc(2024, 10, 5, 20)],
  'Asia/Kolkata': [utc(2025, 6, 1, 12)],
  'Africa/Cairo': [utc(2024, 4, 25, 14), utc(2024, 10, 31, 14)],
}

const records = (night: number) =>
  fc.array(
    fc
      .record({
        at: fc.oneof(fc.integer({ min: 0, max: 60 * 60 }), fc.constantFrom(0, 60, 120)),
        length: fc.oneof(fc.integer({ min: 0, max: 20 * 60 }), fc.constantFrom(0, 30, 60)),
        subject: fc.constantFrom(null, '高等数学', '英语'),
        seen: fc.option(fc.tuple(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -90, max: 90 })), { nil: null }),
      })
      .map(({ at, length, subject, seen }) => {
        const start = night + at * minute
        const end = start + length * minute
        const [seenFrom, seenTo] = seen ? [start + seen[0] * minute, end + seen[1] * minute] : [null, null]
        return { start, end, subject, seenFrom, seenTo }
      }),
    { maxLength: 8 },
  )

const toInterval = ({ id, start: from, end: to, subject, seenFrom, seenTo }: SlowRecord): StudyInterval => ({
  ...{ id, from, to, subject: subject ?? undefined },
  seen: seenWithin({ from, to }, seenFrom ?? undefined, seenTo ?? undefined),
})

function asSlow(totals: TotalsByDay): [string, SlowDay][] {
  return [...totals.values()]
    .map(({ day, seconds, seenSeconds, hours, subjects }): [string, SlowDay] => [
      dayText(day),
      {
        seconds,
        seen: seenSeconds,
        hours: Object.fromEntries(hours.flatMap((value, hour) => (value === 0 ? [] : [[hour, value]]))),
        subjects: Object.fromEntries([...subjects].map(([subject, value]) => [JSON.stringify(subject), value])),
      },
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

for (const [timezone, starts] of Object.entries(nights)) {
  const calendar = createCampusCalendar(timezone)
  const hours = createDayHours(calendar)
  test(`totals in ${timezone} equal those of a model that adds up minutes, in any order of records`, () => {
    fc.assert(
      fc.property(fc.constantFrom(...starts).chain(records), fc.gen(), (drawn, gen) => {
        const list = drawn.map((record, index): SlowRecord => ({ ...record, id: index + 1 }))
        const wanted = sorted(slowTotals(list, timezone))
        const shuffled = gen(fc.shuffledSubarray, list, { minLength: list.length })
        const totals = addIntervals(new Map(), shuffled.map(toInterval), always, hours)
        assert.deepEqual(asSlow(totals), wanted)
        for (const { day, seconds } of totals.values())
          assert.ok(seconds <= calendar.startOf((day + 1) as typeof day) - calendar.startOf(day))
      }),
      { numRuns: 150 },
    )
  })

  test(`in ${timezone}, the days of two halves of a span add up to those of the whole`, () => {
    fc.assert(
      fc.property(fc.constantFrom(...starts).chain(records), fc.integer({ min: 0, max: 80 * 60 }), (drawn, at) => {
        const intervals = drawn.map((record, index) => toInterval({ ...record, id: index + 1 }))
        const middle = (starts[0] ?? 0) + at * minute
        const whole = addIntervals(new Map(), intervals, always, hours)
        const parts: TotalsByDay = new Map()
        addIntervals(parts, intervals, { from: Number.NEGATIVE_INFINITY, to: middle }, hours)
        addIntervals(parts, intervals, { from: middle, to: Number.POSITIVE_INFINITY }, hours)
        assert.deepEqual(asSlow(parts), asSlow(whole))
      }),
      { numRuns: 50 },
    )
  })
}
