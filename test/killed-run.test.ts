import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { removeDeadRuns } from '../scripts/test-run.mjs'
import { until } from './support/patience.ts'

const script = join(import.meta.dirname, '../scripts/test.mjs')
const hanging = 'test/support/hanging-test.ts'
const elsewhere = process.platform !== 'linux' && 'only Linux reports which processes work in a folder'

/** How a run may end early: a signal to scripts/test.mjs, to test/run.ts, or to both. */
const ends: readonly (readonly [what: string, end: (outer: number, inner: number) => void])[] = [
  ['Ctrl-C', (outer) => process.kill(outer, 'SIGINT')],
  ['SIGKILL to test/run.ts', (_, inner) => process.kill(inner, 'SIGKILL')],
  ['SIGKILL to scripts/test.mjs', (outer) => process.kill(outer, 'SIGKILL')],
  [
    'SIGKILL to both, at the next run',
    (outer, inner) => {
      for (const pid of [inner, outer]) process.kill(pid, 'SIGSTOP')
      for (const pid of [inner, outer]) process.kill(pid, 'SIGKILL')
    },
  ],
]

for (const [what, end] of ends) {
  test(`a test run that is killed leaves nothing behind: ${what}`, { skip: elsewhere }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'occupy-killed-'))
    // If started by root, a PostgreSQL server runs as another user.
    chmodSync(folder, 0o711)
    const started = join(folder, 'started')
    const output = openSync(join(folder, 'output'), 'w')
    const { NODE_TEST_CONTEXT: _, TEST_POSTGRES_URL: __, ...env } = process.env
    const run = spawn(process.execPath, [script, hanging], {
      env: { ...env, TMPDIR: folder, HANGING_TEST_STARTED: started },
      stdio: ['ignore', output, output],
    })
    const exit = once(run, 'exit')
    t.after(() => run.kill('SIGINT'))
    await until(() => existsSync(started) || run.exitCode !== null, 'the run begins', { ms: 180_000 })
    closeSync(output)
    assert.ok(existsSync(started), readFileSync(join(folder, 'output'), 'utf8'))
    const [inner = 0] = childrenOf(run.pid ?? 0)
    const origins = readFileSync(started, 'utf8').split('\n')
    assert.deepEqual(await Promise.all(origins.map(listens)), [true, true, true])
    end(run.pid ?? 0, inner)
    await exit
    if (what.endsWith('next run')) nextRun(folder)
    await until(() => leftIn(folder).length === 0, 'nothing is left', { ms: 60_000 }).catch((error: Error) => {
      throw new Error(`${error.message}\n${leftIn(folder).join('\n')}`)
    })
    assert.deepEqual(await Promise.all(origins.map(listens)), [false, false, false])
    rmSync(folder, { recursive: true })
  })
}

function nextRun(folder: string): void {
  const { TMPDIR } = process.env
  process.env.TMPDIR = folder
  removeDeadRuns()
  if (TMPDIR === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = TMPDIR
}

/** Its files, and the processes that work below it or have a run below it in their environment. */
function leftIn(folder: string): string[] {
  const working = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
        const run = environment.find((variable) => variable.startsWith('TEST_RUN_FOLDER='))?.split('=')[1]
        return run?.startsWith(`${folder}/`) ? run : readlinkSync(`/proc/${pid}/cwd`)
      } catch {
        return ''
      }
    })
  const files = readdirSync(folder).filter((name) => !['started', 'output'].includes(name))
  return [...working.filter((path) => path.startsWith(`${folder}/`)), ...files]
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

async function listens(origin: string): Promise<boolean> {
  const { port, hostname } = new URL(origin)
  const socket = connect(Number(port), hostname)
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return isOpen
}
