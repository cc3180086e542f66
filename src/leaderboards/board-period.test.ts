import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CampusDay, dayText, parseDay, type Term } from '../shared/campus-calendar.ts'
import { type BoardKind, boardKinds, boardsContaining, periodContaining } from './board-period.ts'

const day = (text: string) => parseDay(text) as CampusDay
const terms: Term[] = [
  { name: '2026秋', first: day('2026-09-01'), last: day('2027-01-15') },
  { name: '2027春', first: day('2027-02-22'), last: day('2027-07-09') },
]

for (const [kind, date, first, last] of [
  ['day', '2024-02-29', '2024-02-29', '2024-02-29'],
  ['week', '2026-11-23', '2026-11-23', '2026-11-29'],
  ['week', '2026-11-29', '2026-11-23', '2026-11-29'],
  ['week', '2027-01-01', '2026-12-28', '2027-01-03'],
  ['month', '2024-02-10', '2024-02-01', '2024-02-29'],
  ['month', '2026-02-28', '2026-02-01', '2026-02-28'],
  ['month', '2026-12-31', '2026-12-01', '2026-12-31'],
  ['month', '9999-12-31', '9999-12-01', '9999-12-31'],
  ['term', '2026-09-01', '2026-09-01', '2027-01-15'],
  ['term', '2027-01-15', '2026-09-01', '2027-01-15'],
  ['term', '2027-05-01', '2027-02-22', '2027-07-09'],
] as const) {
  test(`the ${kind} of ${date} runs from ${first} to ${last}`, () => {
    const period = periodContaining(kind, day(date), terms)
    assert.deepEqual(period && [period.kind, dayText(period.first), dayText(period.last)], [kind, first, last])
  })
}

test('there is no term between terms, or without configured terms', () => {
  for (const date of ['2026-08-31', '2027-01-16', '2027-02-21', '2027-07-10'])
    assert.equal(periodContaining('term', day(date), terms), undefined, date)
  assert.equal(periodContaining('term', day('2026-10-01'), []), undefined)
})

test('a week that ends after the year 9999 has no period', () => {
  assert.equal(periodContaining('week', day('9999-12-31'), []), undefined)
})

test('every day of four years is in its periods, and each period has a unique id', () => {
  const seen = new Map<number, string>()
  for (let at = day('2026-01-01'); at <= day('2029-12-31'); at = (at + 1) as CampusDay) {
    const ids = boardsContaining(at, terms)
    const held = boardKinds.flatMap((kind: BoardKind) => periodContaining(kind, at, terms) ?? [])
    assert.deepEqual(
      ids,
      held.map(({ id }) => id),
    )
    for (const { id, kind, first, last } of held) {
      assert.ok(first <= at && at <= last, `${kind} of ${dayText(at)}`)
      const name = `${kind} ${first} ${last}`
      assert.equal(seen.get(id) ?? name, name)
      seen.set(id, name)
    }
  }
})
