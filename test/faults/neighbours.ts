import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { until } from '../support/patience.ts'
import { main } from '../support/running-service.ts'
import { assertIntegrity } from './integrity.ts'
import { type Student, study } from './student.ts'
import { freePort, type Place, startVictim, type Victim } from './victim.ts'

/** Processes that may run beside a service on SQLite. Each checks its own result. */
export type Neighbour = (beside: { place: Place; victim: Victim; students: readonly Student[] }) => Promise<void>

const run = promisify(execFile)
const fileOf = ({ databaseUrl }: Place) => databaseUrl.slice('file:'.length)

const hasSqlite3 = spawnSync('sqlite3', ['--version']).status === 0
const byNode =
  "const [from, to] = process.argv.slice(1); new (require('node:sqlite').DatabaseSync)(from).prepare('VACUUM INTO ?').run(to)"

/** Backs up as the READMEs say: with `sqlite3` if it is installed, otherwise with Node. @returns the number of records in the backup */
export async function backUp(place: Place): Promise<number> {
  const target = join(place.folder, 'backup.sqlite')
  if (hasSqlite3) await run('sqlite3', ['-cmd', '.timeout 5000', fileOf(place), `VACUUM INTO '${target}'`])
  else await run(process.execPath, ['-e', byNode, '--', fileOf(place), target])
  const count = assertIntegrity(target)
  await rm(target)
  return count
}

const backup: Neighbour = async ({ place, students }) => {
  const acknowledged = students.reduce((sum, student) => sum + student.acknowledged.size, 0)
  const count = await backUp(place)
  assert.ok(count >= acknowledged, `a backup of ${count} records, ${acknowledged} of them acknowledged before`)
}

const copyOfServedFile: Neighbour = async ({ place }) => {
  const ends = ['--from', place.databaseUrl, '--to', `file:${join(place.folder, 'copy.sqlite')}`]
  const copied = await run(process.execPath, [main, 'migrate-data', ...ends]).then(
    () => undefined,
    (error: { code: number; stderr: string }) => error,
  )
  assert.ok(copied, 'a copy of a served file is refused')
  assert.match(copied.stderr, /in use/)
}

/** Serves and accepts writes of its own, and ends by `signal`. */
const secondInstance =
  (signal: NodeJS.Signals): Neighbour =>
  async ({ place, students }) => {
    const second = await startVictim({ ...place, port: await freePort(), workers: 1 })
    let over = false
    const visitors = students
      .slice(0, 1)
      .map((student) => study(second.origin, student, (answered) => over || !answered))
    try {
      await setTimeout(200)
      over = true
      if (signal === 'SIGTERM') await Promise.all(visitors)
      await second.kill('all', signal)
    } finally {
      over = true
      await second.kill('all')
      await Promise.all(visitors)
    }
  }

const replacedWorker: Neighbour = async ({ place, victim }) => {
  if (place.workers === 1) return
  const before = await workersOf(victim)
  const [first = 0] = before
  process.kill(first, 'SIGKILL')
  await until(async () => {
    const now = await workersOf(victim)
    return now.length === before.length && !now.includes(first)
  }, 'a killed worker is replaced')
}

async function workersOf({ pid }: Victim): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return children.split(' ').filter(Boolean).map(Number)
}

export const neighbours: Readonly<Record<string, Neighbour>> = {
  backup,
  'copy of the served file': copyOfServedFile,
  'killed worker': replacedWorker,
  'second instance, ended': secondInstance('SIGTERM'),
  'second instance, killed': secondInstance('SIGKILL'),
}
