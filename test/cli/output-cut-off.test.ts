import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { send } from '../contract/client.ts'
import { main, makePlace } from '../support/running-service.ts'

/** Runs `occupy WORDS…` with a reader of `stream` that disconnects before the first line, as `| true` does. Reads the other stream fully. */
async function cutOff(words: string[], stream: 'stdout' | 'stderr', env: Record<string, string>) {
  const child = spawn(process.execPath, [main, ...words], { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' })
  child[stream].destroy()
  const [rest, [code]] = await Promise.all([
    text(child[stream === 'stdout' ? 'stderr' : 'stdout']),
    once(child, 'close'),
  ])
  return { code: code as number | null, rest }
}

test('a command ends quietly when the reader of its output disconnects', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-pipe-'))
  t.after(() => rm(folder, { recursive: true }))
  const env = { DATABASE_URL: `file:${join(folder, 'x.sqlite')}`, SECRET: 'a secret for tests that is long enough' }
  for (const words of [['migrate'], ['openapi'], ['accounts', 'list'], ['--help'], ['serve', '--help']]) {
    assert.deepEqual(await cutOff(words, 'stdout', env), { code: 0, rest: '' }, words.join(' '))
  }
  const failing = await cutOff(['accounts', 'show', 'nobody'], 'stderr', env)
  assert.deepEqual(failing, { code: 1, rest: '' }, 'a failure stays a failure')
})

test('reports a full disk in one line', { skip: process.platform !== 'linux' }, async () => {
  const { open } = await import('node:fs/promises')
  const full = await open('/dev/full', 'w')
  try {
    const child = spawn(process.execPath, [main, 'openapi'], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', full.fd, 'pipe'],
    })
    const errors = child.stderr === null ? '' : await text(child.stderr)
    if (child.exitCode === null) await once(child, 'close')
    assert.match(errors, /^[^\n]*cannot write the output: [^\n]*\n$/)
    assert.equal(child.exitCode, 1)
  } finally {
    await full.close()
  }
})

test('a service starts and serves even if nobody reads its greeting or its log any more', async () => {
  const place = await makePlace()
  const env = { PATH: process.env.PATH, PORT: '0', DATABASE_URL: place.databaseUrl }
  const child = spawn(process.execPath, [main, 'serve'], { cwd: place.folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  try {
    child.stderr.destroy()
    const address = await listening(child.stdout)
    child.stdout.destroy()
    for (let at = 0; at < 60; at += 1) assert.equal((await send('GET', `${address}/healthz`)).status, 200)
    child.kill('SIGTERM')
    assert.deepEqual(await closed, [0, null])
  } finally {
    child.kill('SIGKILL')
    await closed
    await place.remove()
  }
})

/** The address in the service's log. */
async function listening(log: AsyncIterable<Buffer>): Promise<string> {
  let said = ''
  for await (const chunk of log) {
    said += chunk
    const address = /"address":"([^"]+)"/.exec(said)?.[1]
    if (address !== undefined) return address
  }
  throw new Error(`the service ended:\n${said}`)
}
