import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockHolders } from '../support/file-locks.ts'
import { until } from '../support/patience.ts'
import { buildPreload } from './preload.ts'
import { registerStudents, type Student, study } from './student.ts'
import { type Place, startVictim, type Victim } from './victim.ts'

const pages = [
  ...['/readyz', '/healthz', '/metrics', '/openapi.json', '/docs', '/nothing'],
  ...['/api/v1.0/studys', '/api/v1.0/studys?page=2&per_page=1', '/api/v1.0/users/1', '/api/v1.0/users/1/studys/'],
]

/**
 * Serves from SQLite for this many seconds of requests of every kind. @throws AssertionError if, after start-up, anything opens the database's
 * files in a serving process, if anything but SQLite does so while SQLite has them open, or if a lock on the database is lost.
 * @returns the number of readiness requests
 */
export async function assertFilesStayOpen(place: Place, seconds: number): Promise<number> {
  const database = place.databaseUrl.slice('file:'.length)
  const log = join(place.folder, 'opens.log')
  const settings = {
    LD_PRELOAD: await buildPreload('file-opens', place.folder),
    FILE_OPENS_OF: database,
    FILE_OPENS_LOG: log,
    LOG_LEVEL: 'info',
  }
  const victim = await startVictim({ ...place, settings })
  try {
    await everyWorkerListens(victim, place.workers)
    const students = await registerStudents(victim.origin)
    const holders = new Set(lockHolders(database))
    assert.equal(holders.size, place.workers, 'each serving process holds a lock on its database')
    const before = opensIn(log)
    const until = performance.now() + seconds * 1000
    let polls = 0
    do {
      await useEverything(victim.origin, students)
      polls++
      assert.deepEqual(new Set(lockHolders(database)), holders, `the locks on the database after ${polls} polls`)
    } while (performance.now() < until)
    const opens = opensIn(log)
    assert.deepEqual(opens.slice(before.length), [], 'the files of the database were opened after start-up')
    assertNoneBesideSqlite(opens)
    return polls
  } finally {
    await victim.kill('all')
  }
}

async function useEverything(origin: string, students: readonly Student[]): Promise<void> {
  const headers = { authorization: `Bearer ${students[0]?.token}`, connection: 'close' }
  const reading = pages.map(async (page) => (await fetch(`${origin}${page}`, { headers })).arrayBuffer())
  await Promise.all([...reading, ...students.map((student) => study(origin, student, () => true))])
}

async function everyWorkerListens({ said }: Victim, workers: number): Promise<void> {
  const listening = () => said().match(/"a worker is listening"/g)?.length ?? 0
  await until(() => workers === 1 || listening() >= workers, 'every worker listens')
}

interface Open {
  pid: string
  by: string
  path: string
}

function opensIn(log: string): Open[] {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
  return lines.map((line) => {
    const [pid = '', by = '', ...path] = line.split(' ')
    return { pid, by, path: path.join(' ') }
  })
}

/** Before SQLite opens it, a process may create the file. */
function assertNoneBesideSqlite(opens: readonly Open[]): void {
  const opened = new Set<string>()
  for (const { pid, by, path } of opens) {
    if (by === 'sqlite') opened.add(`${pid} ${path}`)
    else assert.ok(!opened.has(`${pid} ${path}`), `${path} was opened and closed while SQLite had it open`)
  }
  assert.ok(opened.size > 0, "SQLite's opens were recorded")
}
