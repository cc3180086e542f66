import assert from 'node:assert/strict'
import { test } from 'node:test'
import { showProgress, untilInterrupted } from '../../src/cli/progress.ts'

function watch(isTTY: boolean) {
  let written = ''
  let seconds = 0
  const out = {
    isTTY,
    write(text: string | Uint8Array) {
      written += text
      return true
    },
  }
  const progress = showProgress({ label: 'seed', total: 10_000, out, now: () => seconds })
  const wait = (passed: number) => {
    seconds += passed
  }
  return { progress, wait, written: () => written }
}

test('without a terminal, prints a line every five seconds, with rows, rate and time left', () => {
  const { progress, wait, written } = watch(false)
  for (let done = 1000; done <= 10_000; done += 1000) {
    wait(1)
    progress.update(done)
  }
  progress.finish()
  assert.equal(
    written(),
    'seed: 5,000 of 10,000 rows (50 %), 1,000/s, 5 s left\n' +
      'seed: 10,000 of 10,000 rows (100 %), 1,000/s, took 10 s\n',
  )
})

test('on a terminal, overwrites one line', () => {
  const { progress, wait, written } = watch(true)
  wait(100)
  progress.update(100)
  progress.update(101)
  wait(1)
  progress.update(200)
  progress.finish()
  const lines = written().split('\r').slice(1)
  assert.equal(lines.length, 3)
  assert.equal(lines[0], 'seed: 100 of 10,000 rows (1 %), 1/s, 2 h 45 min left\x1b[K')
  assert.equal(written().split('\n').length, 2)
})

for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`work interrupted by ${name} ends with exit code ${code}`, async () => {
    const before = process.exitCode
    const aborted = (signal: AbortSignal) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const finished = untilInterrupted(aborted)
    process.emit(name)
    assert.equal(await finished, false)
    assert.equal(process.exitCode, code)
    process.exitCode = before
  })
}
