import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rankRows, type Standing } from './board-rank.ts'

const ranks = (seconds: number[], first: Standing) =>
  rankRows(
    seconds.map((each) => ({ seconds: each })),
    first,
  ).map(({ rank }) => rank)

test('rows with equal seconds share a rank, and the next rank counts them all', () => {
  assert.deepEqual(ranks([9, 9, 7, 5, 5, 5, 1], { above: 0, equal: 2 }), [1, 1, 3, 4, 4, 4, 7])
  assert.deepEqual(ranks([], { above: 0, equal: 0 }), [])
})

test('a page that starts within a tie counts its rows on earlier pages', () => {
  assert.deepEqual(ranks([9, 9, 7, 7, 5], { above: 10, equal: 6 }), [11, 11, 17, 17, 19])
  assert.deepEqual(ranks([9, 9], { above: 10, equal: 6 }), [11, 11])
})

test('ranks stay in order when rows change after the position was read', () => {
  assert.deepEqual(ranks([9, 7, 7, 5], { above: 3, equal: 0 }), [4, 5, 5, 7])
})
