import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CampusDay } from '../shared/campus-calendar.ts'
import { streakOf } from './streak.ts'

const today = 20_000 as CampusDay
const days = (...ago: number[]) => ago.map((days) => (today - days) as CampusDay)

test('a day in progress does not break a streak, and a missing yesterday does', () => {
  assert.deepEqual(streakOf([], today), { current: 0, longest: 0, today: false })
  assert.deepEqual(streakOf(days(0), today), { current: 1, longest: 1, today: true })
  assert.deepEqual(streakOf(days(3, 2, 1), today), { current: 3, longest: 3, today: false })
  assert.deepEqual(streakOf(days(3, 2, 1, 0), today), { current: 4, longest: 4, today: true })
  assert.deepEqual(streakOf(days(9, 8, 7, 2), today), { current: 0, longest: 3, today: false })
  assert.deepEqual(streakOf(days(9, 8, 7, 0), today), { current: 1, longest: 3, today: true })
})

test('a streak equals the result of counting day by day', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 30 })), (ago) => {
      const counts = new Set(ago)
      let current = 0
      for (let at = counts.has(0) ? 0 : 1; counts.has(at); at++) current++
      let longest = 0
      for (let from = 0; from <= 30; from++) {
        let at = from
        while (counts.has(at)) at++
        longest = Math.max(longest, at - from)
      }
      const sorted = days(...ago.sort((a, b) => b - a))
      assert.deepEqual(streakOf(sorted, today), { current, longest, today: counts.has(0) })
    }),
  )
})
