import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { occupy } from '../cli/command-line.ts'
import { main, type Place, spawnService } from '../support/running-service.ts'
import { registerStudents, type Student, type StudyRecord, study } from './student.ts'

const settings = { THROTTLE: 'off', LOG_LEVEL: 'error', TOKEN_TTL: '86400' }
const keep = 3
/** By then a small database is copied, checked and renamed. */
const longestMs = 40

/**
 * Backs up a service under write load, `rounds` times for each number of workers; every third backup is killed. Each backup contains
 * what was acknowledged before it began; the last one is restored (sometimes killed halfway) and served. @throws AssertionError at a loss
 */
export async function backupFaults(report: (line: string) => void, rounds: number): Promise<void> {
  for (const workers of [1, 2]) {
    const folder = await mkdtemp(join(tmpdir(), 'occupy-backup-'))
    const databaseUrl = `file:${join(folder, 'data', 'campus.sqlite')}`
    const place: Place = { folder, databaseUrl, remove: () => rm(folder, { recursive: true }) }
    try {
      report(`backup, WORKERS=${workers}: ${await backUpUnderLoad(place, workers, rounds)}`)
    } finally {
      await place.remove()
    }
  }
}

async function backUpUnderLoad(place: Place, workers: number, rounds: number): Promise<string> {
  const env = { DATABASE_URL: place.databaseUrl }
  const file = join(place.folder, 'backups', 'campus.sqlite')
  const service = await spawnService(place, { ...settings, WORKERS: String(workers) })
  let ended = false
  let students: Student[] = []
  let clients: Promise<void>[] = []
  let before = new Map<number, StudyRecord>()
  const count = { backups: 0, killed: 0, checked: 0 }
  try {
    students = await registerStudents(service.address)
    clients = students.map((student) => study(service.address, student))
    for (let round = 0; round < rounds; round++) {
      if (round % 3 === 2) {
        await killBackup(file, env)
        count.killed++
      }
      const acknowledged = copyOf(students)
      const { code, errors } = await occupy(['backup', file, '--keep', String(keep)], env)
      assert.equal(code, 0, errors)
      count.checked += assertHolds(file, acknowledged)
      count.backups++
      before = acknowledged
    }
    const refused = await occupy(['restore', file], env)
    assert.deepEqual([refused.code, /in use/.test(refused.errors)], [1, true], 'a restore while served is refused')
    await service.end('SIGKILL')
    ended = true
  } finally {
    if (!ended) await service.end('SIGKILL')
    await Promise.allSettled(clients)
  }
  await assertNoLeftovers(file, Math.min(keep, count.backups))
  for (let round = 0; round < Math.ceil(rounds / 3); round++) {
    await killMidway(['restore', file], databasePath(place), env)
    assert.ok(existsSync(databasePath(place)), 'there is a database at every moment')
  }
  await restoreAndServe(place, file, before, students)
  return `${count.backups} backups, ${count.killed} killed halfway, ${count.checked} acknowledged records checked, none lost`
}

const databasePath = ({ folder }: Place) => join(folder, 'data', 'campus.sqlite')

function copyOf(students: readonly Student[]): Map<number, StudyRecord> {
  return new Map(students.flatMap(({ acknowledged }) => [...acknowledged]))
}

/** Kills the command soon after it has started to write the file that becomes `target`. */
async function killMidway(words: string[], target: string, env: Record<string, string>): Promise<void> {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [main, ...words], { env: { PATH, ...env }, stdio: 'ignore' })
  const exit = once(child, 'exit')
  const draft = `${target}.partial-${child.pid}`
  while (!existsSync(draft) && child.exitCode === null) await setTimeout(1)
  await setTimeout(Math.random() * longestMs)
  child.kill('SIGKILL')
  await exit
}

/** The previous file is unchanged, or a complete new one is there. */
async function killBackup(file: string, env: Record<string, string>): Promise<void> {
  await killMidway(['backup', file], file, env)
  if (existsSync(file)) assertHolds(file, new Map())
}

const wireTime = (seconds: number | null) =>
  seconds === null ? null : new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')

/** The backup is intact, and each record in it has the acknowledged values, or later ones. Returns how many were checked. */
function assertHolds(file: string, acknowledged: Map<number, StudyRecord>): number {
  // Opens a copy, because reading a backup must leave no files beside it.
  const copy = `${file}.looked-at`
  copyFileSync(file, copy)
  const database = new DatabaseSync(copy)
  try {
    assert.equal(Object.values(database.prepare('pragma integrity_check').get() ?? {})[0], 'ok')
    const find = database.prepare('select started_at, ended_at from studies where id = ?')
    for (const { id, start_time, end_time } of acknowledged.values()) {
      const row = find.get(id) as { started_at: number; ended_at: number | null } | undefined
      assert.ok(row, `record ${id} was acknowledged before the backup and is not in it`)
      assert.equal(wireTime(row.started_at), start_time)
      if (end_time !== null) assert.equal(wireTime(row.ended_at), end_time)
    }
    return acknowledged.size
  } finally {
    database.close()
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${copy}${end}`, { force: true })
  }
}

async function assertNoLeftovers(file: string, backups: number): Promise<void> {
  const folder = join(file, '..')
  const names = await readdir(folder)
  assert.equal(names.filter((name) => !name.endsWith('.secret')).length, backups, names.join())
  assert.equal(names.filter((name) => name.endsWith('.secret')).length, backups, names.join())
  for (const name of names) assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name)
}

async function restoreAndServe(place: Place, file: string, before: Map<number, StudyRecord>, students: Student[]) {
  const env = { DATABASE_URL: place.databaseUrl }
  const restored = await occupy(['restore', file], env)
  assert.equal(restored.code, 0, restored.errors)
  const service = await spawnService(place, settings)
  try {
    const headers = { authorization: `Bearer ${students[0]?.token}` }
    for (const { id, start_time } of [...before.values()].slice(-50)) {
      const answer = await fetch(`${service.address}/api/v1.0/studys/${id}`, { headers })
      assert.equal(answer.status, 200)
      assert.equal(((await answer.json()) as StudyRecord).start_time, start_time)
    }
  } finally {
    assert.equal(await service.end(), 0)
  }
}
