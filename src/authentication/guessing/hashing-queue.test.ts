import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHashingQueue } from './hashing-queue.ts'

/** A queue with jobs that end on request. */
function openQueue(maxWaiting = 10) {
  const queue = createHashingQueue({ concurrency: 1, maxWaiting, retryAfterSeconds: 3 })
  const started: string[] = []
  const refused: string[] = []
  const ends: (() => void)[] = []
  const add = (name: string, isPromised = false) => {
    const work = () => {
      started.push(name)
      return new Promise<void>((resolve) => ends.push(resolve))
    }
    const run = queue.run(name[0] as string, work, { isPromised })
    run.catch((error: { code: string }) => refused.push(`${name} ${error.code}`))
  }
  const finish = async () => {
    while (ends.length > 0) {
      ends.shift()?.()
      await new Promise(setImmediate)
    }
  }
  return { add, finish, started, refused }
}

test('serves the owners in turn, each in order of arrival', async () => {
  const { add, finish, started } = openQueue()
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) add(name)
  await finish()
  assert.deepEqual(started, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
})

test('a full queue drops the latest work of the owner with the most, in favour of one with less', async () => {
  const { add, finish, started, refused } = openQueue(4)
  for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'b1', 'c1', 'd1', 'e1', 'b2']) add(name)
  await finish()
  assert.deepEqual(started, ['a1', 'a2', 'b1', 'c1', 'd1'])
  assert.deepEqual(refused, ['a6 busy', 'a5 busy', 'a4 busy', 'a3 busy', 'e1 busy', 'b2 busy'])
})

test('failed work makes room for the next', async () => {
  const queue = createHashingQueue({ concurrency: 1, maxWaiting: 1, retryAfterSeconds: 3 })
  await assert.rejects(
    queue.run('a', () => Promise.reject(new Error('broken'))),
    /broken/,
  )
  assert.equal(await queue.run('b', async () => 7), 7)
})

test('a full queue never refuses reserved work, and runs it first', async () => {
  const { add, finish, started, refused } = openQueue(2)
  for (const name of ['a1', 'a2', 'a3']) add(name)
  for (const name of ['p1', 'p2']) add(name, true)
  await finish()
  assert.deepEqual(started, ['a1', 'p1', 'p2', 'a2', 'a3'])
  assert.deepEqual(refused, [])
})
