import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CampusDay, createCampusCalendar, dayText, parseDay, weekdayOf } from './campus-calendar.ts'

const day = (text: string) => parseDay(text) as CampusDay
const seconds = (text: string) => Date.parse(text) / 1000

test('converts days to text and back, and rejects invalid days', () => {
  for (const text of ['2000-01-01', '2024-02-29', '2026-11-26', '9999-12-31']) assert.equal(dayText(day(text)), text)
  for (const text of [
    '1999-12-31',
    '2026-02-29',
    '2026-13-01',
    '2026-1-1',
    '2026-11-26 ',
    '',
    '20261126',
    '２０26-11-26',
  ])
    assert.equal(parseDay(text), undefined, text)
})

test('a week starts on Monday', () => {
  assert.equal(weekdayOf(day('2026-11-23')), 0)
  assert.equal(weekdayOf(day('2026-11-29')), 6)
  assert.equal(weekdayOf(-4 as CampusDay), 6)
})

test('a day starts at midnight on campus', () => {
  const { startOf, dayOf } = createCampusCalendar('Asia/Shanghai')
  assert.equal(startOf(day('2026-11-26')), seconds('2026-11-25T16:00:00Z'))
  assert.equal(dayText(dayOf(seconds('2026-11-25T15:59:59Z'))), '2026-11-25')
  assert.equal(dayText(dayOf(seconds('2026-11-25T16:00:00Z'))), '2026-11-26')
})

for (const [timezone, text, hours] of [
  ['America/New_York', '2026-03-08', 23],
  ['America/New_York', '2026-11-01', 25],
  ['Australia/Lord_Howe', '2026-04-05', 24.5],
  ['Australia/Lord_Howe', '2026-10-04', 23.5],
  // Midnight does not exist on this day.
  ['America/Asuncion', '2024-10-06', 23],
  // This day does not exist.
  ['Pacific/Apia', '2011-12-30', 0],
] as const) {
  test(`${text} in ${timezone} has ${hours} hours`, () => {
    const { startOf, dayOf } = createCampusCalendar(timezone)
    const [from, to] = [startOf(day(text)), startOf((day(text) + 1) as CampusDay)]
    assert.equal((to - from) / 3600, hours)
    if (hours > 0) assert.deepEqual([from, to - 1].map(dayOf).map(dayText), [text, text])
    assert.notEqual(dayText(dayOf(to)), text)
  })
}

test('formats the days of sixty years, twice', () => {
  for (let round = 0; round < 2; round++)
    for (let day = 11_000; day < 33_000; day++)
      assert.equal(dayText(day as CampusDay), Temporal.PlainDate.from('1970-01-01').add({ days: day }).toString())
})
