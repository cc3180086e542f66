import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertTook, machineFactor, patience, until } from './support/patience.ts'

test('the factor is at least one, and grows with the slowness of the machine', () => {
  const factor = machineFactor()
  assert.ok(factor >= 1)
  assert.ok(patience(1000) >= 1000)
  assert.equal(patience(1000), Math.ceil(1000 * factor))
})

test('reports what took longer than a busy machine needs, with its name', () => {
  assertTook(99, 100, 'a quick one')
  assert.throws(() => assertTook(1e6, 100, 'a slow one'), /^AssertionError.*: a slow one: took 1000000 ms, \d+ are/)
})

test('a wait ends as soon as its condition holds, and fails after its deadline', async () => {
  let turns = 0
  await until(() => ++turns === 3, 'the third turn', { pauseMs: 1 })
  assert.equal(turns, 3)
  await assert.rejects(
    until(() => false, 'never', { ms: 20, pauseMs: 1 }),
    /never: took/,
  )
})
