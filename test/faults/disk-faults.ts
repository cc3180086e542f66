import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { canRefuseWrites, type DiskFault, fullDisk, mountSmallDisk, refusedWrites } from '../support/faulty-disk.ts'
import { assertTook } from '../support/patience.ts'
import { makePlace, type Place, type SpawnedService, spawnService } from '../support/running-service.ts'
import { audit } from './audit.ts'
import { registerStudents, type Student, type StudyRecord } from './student.ts'
import { freePort } from './victim.ts'

type Report = (line: string) => void

const settings = {
  SCHOOL: 'demo',
  THROTTLE: 'off',
  LOG_LEVEL: 'error',
  SECRET: 'a secret for tests that is long enough',
}
const clientsEach = 2
const longestHealMs = 5000
const shortestFaultMs = 200

/**
 * Fills the disk of a service, or makes every write fail, `rounds` times each under write load, on SQLite. Reports a line per fault,
 * skipped ones with the reason. @throws AssertionError if an acknowledged write is lost, or the service does not recover
 */
export async function diskFaults(report: Report, rounds: number): Promise<void> {
  await onFullDisk(report, rounds)
  await onRefusingDisk(report, rounds)
}

async function onFullDisk(report: Report, rounds: number): Promise<void> {
  const place = await makePlace()
  const disk = await mountSmallDisk(place.folder, 16 * 1024)
  if (typeof disk === 'string') {
    await place.remove()
    return report(`full disk: skipped, ${disk}`)
  }
  try {
    report(`full disk: ${await inRounds(place, () => fullDisk(place.folder), rounds)}`)
  } finally {
    await disk.unmount()
    await place.remove()
  }
}

async function onRefusingDisk(report: Report, rounds: number): Promise<void> {
  if (!(await canRefuseWrites())) return report('disk that refuses writes: skipped, prlimit (util-linux) is missing')
  const place = await makePlace()
  try {
    const faultOf = ({ child }: SpawnedService) => refusedWrites(child.pid as number)
    report(`disk that refuses writes: ${await inRounds(place, faultOf, rounds)}`)
  } finally {
    await place.remove()
  }
}

async function inRounds(
  place: Place,
  faultOf: (service: SpawnedService) => DiskFault,
  rounds: number,
): Promise<string> {
  // Records are identified by their URLs, so the port stays the same.
  const port = String(await freePort())
  const start = () => spawnService(place, { ...settings, PORT: port })
  let service = await start()
  const total = { refused: 0, slowestHealMs: 0 }
  try {
    const students = await registerStudents(service.address)
    for (let round = 0; round < rounds; round++) {
      const { refused, healedInMs } = await underLoad(service.address, students, faultOf(service))
      total.refused += refused
      total.slowestHealMs = Math.max(total.slowestHealMs, healedInMs)
      await audit(service.address, students)
    }
    // Acknowledged writes are on disk too: nothing is cleaned up before the next start.
    await service.end('SIGKILL')
    service = await start()
    const records = await audit(service.address, students)
    await service.end('SIGKILL')
    assertIntact(place)
    return (
      `${rounds} rounds, ${records} acknowledged records, none lost, ${total.refused} writes refused by 503; ` +
      `healed within ${Math.round(total.slowestHealMs)} ms`
    )
  } finally {
    await service.end('SIGKILL')
  }
}

/** This process does not have the file open. */
function assertIntact({ databaseUrl }: Place): void {
  const database = new DatabaseSync(databaseUrl.slice('file:'.length))
  try {
    assert.deepEqual({ ...database.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' })
  } finally {
    database.close()
  }
}

interface Load {
  refused: number
  kept: number
  ended: boolean
}

async function underLoad(origin: string, students: Student[], fault: DiskFault) {
  const load: Load = { refused: 0, kept: 0, ended: false }
  const clients = Promise.all(
    students.flatMap((student) => Array.from({ length: clientsEach }, () => startAndStop(origin, student, load))),
  )
  const progress = until(clients)
  try {
    await progress(() => load.kept > 10)
    await fault.begin()
    try {
      await Promise.all([progress(() => load.refused > 0), setTimeout(shortestFaultMs)])
      // A small write may still fit into the log.
      await progress(async () => (await fetch(`${origin}/readyz`)).status === 503)
    } finally {
      await fault.end()
    }
    const healing = performance.now()
    const before = load.kept
    await progress(() => load.kept > before)
    return { refused: load.refused, healedInMs: performance.now() - healing }
  } finally {
    load.ended = true
    await clients
  }
}

/** Waits for `condition`, as long as `work` has not failed. */
function until(work: Promise<unknown>) {
  let failure: unknown
  work.catch((error: unknown) => {
    failure = error
  })
  return async (condition: () => boolean | Promise<boolean>) => {
    for (const begun = performance.now(); !(await condition()); await setTimeout(1)) {
      if (failure !== undefined) throw failure
      assertTook(performance.now() - begun, longestHealMs, 'the service neither refuses nor writes')
    }
  }
}

async function startAndStop(origin: string, student: Student, load: Load): Promise<void> {
  const headers = { authorization: `Bearer ${student.token}` }
  const write = async (path: string, method: string): Promise<boolean> => {
    const answer = await fetch(`${origin}${path}`, { method, headers })
    const text = await answer.text()
    if (answer.status === 503) {
      assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/)
      load.refused++
      return false
    }
    assert.equal(answer.status, method === 'POST' ? 201 : 200, text)
    const record = JSON.parse(text) as StudyRecord
    student.acknowledged.set(record.id, record)
    latest = record.id
    load.kept++
    return true
  }
  let latest = 0
  while (!load.ended) if (await write('/api/v1.0/studys/', 'POST')) await write(`/api/v1.0/studys/${latest}`, 'PUT')
}
