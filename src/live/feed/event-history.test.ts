import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEventHistory } from './event-history.ts'

const since = 1000

function filled(count: number, size = 10) {
  const history = createEventHistory<number>('here', since, size)
  for (let at = 1; at <= count; at++) history.add(at, since + 10 * at)
  return history
}

const now = 2000
const numbers = (found: { event: number }[] | undefined) => found?.map(({ event }) => event)

test('continues exactly after an id of this process', () => {
  const history = filled(5)
  assert.deepEqual(numbers(history.after(history.idAt(0, 3), now)), [4, 5])
  assert.deepEqual(numbers(history.after(history.idAt(0, 5), now)), [])
  assert.deepEqual(numbers(history.after(history.idAt(0, 0), now)), [1, 2, 3, 4, 5])
  assert.equal(history.after(history.idAt(0, 6), now), undefined)
})

test('reports a gap when events after the id have been discarded', () => {
  const history = filled(15)
  assert.equal(history.after(history.idAt(0, 4), now), undefined)
  assert.deepEqual(numbers(history.after(history.idAt(0, 5), now)), [6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
  // The fifth, at 1050, is discarded; 15 seconds are repeated.
  assert.equal(history.after('1065.there.7', now), undefined)
  assert.ok(history.after('1066.there.7', now))
})

test('after an id of another process, repeats events of about the same time and misses none', () => {
  const history = filled(5)
  assert.deepEqual(numbers(history.after('1045.there.77', now)), [3, 4, 5])
  assert.equal(history.after('1014.there.1', now), undefined, 'its history is too short')
  assert.equal(history.after('2016.there.1', now), undefined, 'a clock is wrong')
})

test('rejects any other text as an id', () => {
  for (const id of ['', '5', '1.here', 'a.here.1', '1.here.1.1', `1.${'x'.repeat(40)}.1`, '1.here.-1'])
    assert.equal(filled(2).after(id, now), undefined, id)
})
