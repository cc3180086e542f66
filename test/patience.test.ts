import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTook, machineFactor, patience, until } from './support/patience.ts'

test('no machine is quicker than the quiet one, and what it may take grows with its slowness', () => {
  const factor = machineFactor()
  assert.ok(factor >= 1)
  assert.ok(patience(1000) >= 1000)
  assert.equal(patience(1000), Math.ceil(1000 * factor))
})

test('what took longer than a busy machine takes is told, with what it was', () => {
  assertTook(99, 100, 'a quick one')
  assert.throws(() => assertTook(1e6, 100, 'a slow one'), /^AssertionError.*: a slow one: took 1000000 ms, \d+ are/)
})

test('a wait ends as soon as it holds, and fails when its time is over', async () => {
  let turns = 0
  await until(() => ++turns === 3, 'the third turn', { pauseMs: 1 })
  assert.equal(turns, 3)
  await assert.rejects(
    until(() => false, 'never', { ms: 20, pauseMs: 1 }),
    /never: took/,
  )
})
