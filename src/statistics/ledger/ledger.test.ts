import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTook } from '../../../test/support/patience.ts'
import { type LedgerRecord, ledgerOf, maxIds } from './ledger.ts'

const hour = 3600
const day = { from: 0, to: 24 * hour }
let ids = 0

/** Seen from start to end unless `other` says otherwise. Times in hours of the day. */
function record(from: number, to: number, other: Partial<LedgerRecord> = {}): LedgerRecord {
  const span = { from: from * hour, to: to * hour }
  return {
    id: ++ids,
    ...span,
    subject: undefined,
    seen: span,
    running: false,
    startSeen: true,
    endSeen: true,
    ...other,
  }
}

const unseen = { seen: undefined, startSeen: false, endSeen: false }

function notesOf(records: LedgerRecord[], limit = 16 * hour) {
  return ledgerOf(records, day, limit).intervals.map(({ from, to, counted, boardCounted, notes }) => ({
    at: [from / hour, to / hour],
    counts: [counted / hour, boardCounted / hour],
    notes,
  }))
}

test('seen time counts and needs no note', () => {
  assert.deepEqual(notesOf([record(9, 11)]), [{ at: [9, 11], counts: [2, 2], notes: [] }])
  assert.deepEqual(notesOf([]), [])
  assert.deepEqual(notesOf([record(9, 9)]), [])
})

test('cuts a record that crosses midnight, at either end', () => {
  const cut = ['cut at midnight']
  assert.deepEqual(notesOf([record(-2, 3)]), [{ at: [0, 3], counts: [3, 3], notes: cut }])
  assert.deepEqual(notesOf([record(22, 26)]), [{ at: [22, 24], counts: [2, 2], notes: cut }])
  assert.deepEqual(
    notesOf([record(0, 3), record(22, 24)]).flatMap(({ notes }) => notes),
    [],
  )
})

test('says why time does not count on boards', () => {
  const longer = { seen: { from: 9 * hour, to: 10 * hour } }
  assert.deepEqual(notesOf([record(9, 12, longer)]), [
    { at: [9, 10], counts: [1, 1], notes: [] },
    { at: [10, 12], counts: [2, 0], notes: ['self-reported'] },
  ])
  const leftRunning = { seen: undefined, endSeen: false }
  assert.deepEqual(notesOf([record(1, 17, leftRunning)])[0]?.notes, ['end not seen'])
  assert.deepEqual(notesOf([record(1, 2, unseen)])[0]?.notes, ['self-reported'])
  assert.deepEqual(notesOf([record(1, 2, { ...leftRunning, running: true })])[0]?.notes, ['running'])
  assert.deepEqual(notesOf([record(1, 2, { ...unseen, running: true })])[0]?.notes, ['running', 'self-reported'])
})

test('only the first hours of seen time per day count on boards', () => {
  assert.deepEqual(notesOf([record(1, 3), record(5, 9), record(10, 11)], 4 * hour), [
    { at: [1, 3], counts: [2, 2], notes: [] },
    { at: [5, 9], counts: [4, 2], notes: ['over day limit'] },
    { at: [10, 11], counts: [1, 0], notes: ['over day limit'] },
  ])
})

test('overlapping records count once, and on boards if one of them was seen', () => {
  assert.deepEqual(notesOf([record(9, 12, unseen), record(10, 11)]), [
    { at: [9, 10], counts: [1, 0], notes: ['self-reported'] },
    { at: [10, 11], counts: [1, 1], notes: ['overlap'] },
    { at: [11, 12], counts: [1, 0], notes: ['self-reported'] },
  ])
})

/** Each starts before and ends after all that follow. */
function nested(count: number): LedgerRecord[] {
  return Array.from({ length: count }, (_, second) => record(second / hour, (86_000 - second) / hour, unseen))
}

test('computes a day of thousands of overlapping records quickly, with few ids per interval', () => {
  const many = nested(20_000)
  const begun = performance.now()
  const { seconds, intervals } = ledgerOf(many, day, 16 * hour)
  assertTook(performance.now() - begun, 500, 'the ledger')
  assert.equal(seconds, 86_000)
  assert.equal(intervals.length, 39_999)
  assert.ok(intervals.every(({ studyIds }) => studyIds.length <= maxIds))
})

test('lists the ids of the records that started first, in order, also after earlier ones have ended', () => {
  const many = Array.from({ length: 100 }, (_, index) => record(index / 100, 2 + index / 100))
  const { intervals } = ledgerOf(many, day, 16 * hour)
  for (const { from, studyIds } of intervals) {
    const covering = many.filter((one) => one.from <= from && one.to > from)
    assert.deepEqual(
      studyIds,
      covering.slice(0, maxIds).map(({ id }) => id),
    )
  }
})
