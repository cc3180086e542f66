import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { registerStudents, study } from './student.ts'
import { type Place, startVictim } from './victim.ts'

/** The reason to skip a test that traces system calls, or false if it can run. */
export const withoutStrace: string | false =
  spawnSync('strace', ['-qq', 'true']).status !== 0 && 'no strace, or it may not trace (Debian: strace)'

const [asked, answered] = [/"POST \/api\/v1\.0\/studys/, /"HTTP\/1\.1 201/]
const synced = /(?:\bf(?:data)?sync\(\d+\)|<\.\.\. f(?:data)?sync resumed>\)?) += 0/

/** Sends one request after the other, each of which must have waited for its own sync. @throws AssertionError @returns their number */
export async function assertSyncBeforeResponse(place: Place, rounds: number): Promise<number> {
  const log = join(place.folder, 'strace.log')
  const calls = 'trace=read,write,writev,sendto,sendmsg,fsync,fdatasync'
  const victim = await startVictim(place, [
    'strace',
    '-f',
    '-qq',
    '-s',
    '32',
    '-e',
    calls,
    '-e',
    'signal=none',
    '-o',
    log,
  ])
  try {
    const [student] = await registerStudents(victim.origin)
    assert.ok(student)
    let left = rounds
    await study(victim.origin, student, () => --left === 0)
    await victim.kill('all', 'SIGTERM')
  } finally {
    await victim.kill('all')
  }
  return countFlushed(await readFile(log, 'utf8'))
}

function countFlushed(trace: string): number {
  let [waiting, flushed, answers] = [false, false, 0]
  for (const line of trace.split('\n')) {
    if (asked.test(line)) [waiting, flushed] = [true, false]
    if (synced.test(line)) flushed = true
    if (!waiting || !answered.test(line)) continue
    answers++
    assert.ok(flushed, `response ${answers} was sent before its sync: ${line}`)
    waiting = false
  }
  return answers
}
