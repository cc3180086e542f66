import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { assertTook } from '../../test/support/patience.ts'
import { createLogDestination } from './log-destination.ts'

const line = (at: number) => `${JSON.stringify({ at, text: 'x'.repeat(190) })}\n`

function withFolder(work: (folder: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'occupy-log-'))
    try {
      await work(folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

/** A named pipe, and a reader that reads on request. */
function makePipe(folder: string) {
  const path = join(folder, 'pipe')
  assert.equal(spawnSync('mkfifo', [path]).status, 0)
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  const writer = openSync(path, 'w')
  return { reader, writer, read: () => readAvailable(reader), close: () => [reader, writer].forEach(closeSync) }
}

function readAvailable(fd: number): string {
  const buffer = Buffer.alloc(65_536)
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return ''
    throw error
  }
}

describe('the log', () => {
  test(
    'does not wait for its reader, drops lines over its limit, and reports how many',
    withFolder(async (folder) => {
      const pipe = makePipe(folder)
      const lost: number[] = []
      const log = createLogDestination(pipe.writer, (lines) => {
        lost.push(lines)
        log.write(`lost ${lines}\n`)
      })
      const lines = 20_000
      const begun = performance.now()
      for (let at = 0; at < lines; at += 1) log.write(line(at))
      log.finish()
      assertTook(performance.now() - begun, 10_000, 'it does not wait for an idle reader')
      let text = ''
      while (!text.includes('lost ')) {
        text += pipe.read()
        await setTimeout(1)
      }
      const read = text.trimEnd().split('\n')
      assert.equal(read.pop(), `lost ${lost[0]}`)
      assert.deepEqual(
        read.map((one) => (JSON.parse(one) as { at: number }).at),
        read.map((_, at) => at),
        'keeps the oldest lines, complete and in order',
      )
      assert.equal(read.length + (lost[0] ?? 0), lines)
      assert.ok(text.length > 1024 * 1024 && text.length < 1024 * 1024 + 80_000, `${text.length} bytes were kept`)
      pipe.close()
    }),
  )

  test(
    'continues without its reader and on a full disk',
    withFolder(async (folder) => {
      const pipe = makePipe(folder)
      const targets = [pipe.writer, openSync('/dev/full', 'w')]
      for (const target of targets) {
        const log = createLogDestination(target, () => assert.fail('nothing was written'))
        if (target === pipe.writer) closeSync(pipe.reader)
        for (let at = 0; at < 10_000; at += 1) log.write(line(at))
        log.finish()
        closeSync(target)
      }
    }),
  )

  test(
    'writes whole lines to a shared file, at the latest when it closes',
    withFolder(async (folder) => {
      const path = join(folder, 'log')
      const file = openSync(path, 'a')
      const logs = [0, 1].map(() => createLogDestination(file, () => assert.fail('nothing is lost')))
      for (let at = 0; at < 200; at += 1) for (const log of logs) log.write(line(at))
      for (const log of logs) log.finish()
      closeSync(file)
      const written = readFileSync(path, 'utf8').trimEnd().split('\n')
      assert.equal(written.length, 400)
      for (const one of written) JSON.parse(one)
    }),
  )
})
