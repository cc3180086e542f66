import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type FirstDayOptions, firstDay, freshStudents, mostOutOfOrder } from '../../bench/first-day.ts'
import { startSimulatedSchool } from '../../src/tools/simulated-school/simulated-school.ts'
import { bytesAtRest } from '../support/at-rest.ts'
import { machineFactor } from '../support/patience.ts'
import { makePlace, type Settings, spawnService } from '../support/running-service.ts'

const everyMs = 10
const callMs = 15
const settings: Settings = { SECRET: 'a secret for tests that is long enough', SCHOOL: 'kingosoft', SCHOOL_LOGIN: 'k1' }

interface Day extends Partial<FirstDayOptions> {
  students: number
  instances?: number
  workers?: number
}

/** The school itself counts its concurrent logins. */
async function playDay({ students: count, instances = 1, workers = 1, ...options }: Day): Promise<void> {
  const students = freshStudents(count)
  const school = await startSimulatedSchool({
    students: students.map(({ stu_id, stu_pwd }) => ({ studentNumber: stu_id, schoolPassword: stu_pwd })),
  })
  school.setFault({ name: 'slow', ms: callMs, at: 'every' })
  const place = await makePlace()
  const services = []
  try {
    for (let instance = 0; instance < instances; instance++) {
      const env = { ...settings, SCHOOL_URL: school.url, WORKERS: String(workers), LOG_LEVEL: 'trace' }
      services.push(await spawnService(place, env))
    }
    const origins = services.map(({ address }) => address)
    const visits = await firstDay(origins, students, { everyMs, mostRequests: 20, ...options })
    assert.deepEqual(new Set(visits.map(({ status }) => status)), new Set([201]))
    const requests = visits.map((visit) => visit.requests)
    // Each client is told when to come back. A busy machine needs longer for earlier clients, so the others come more often.
    const slowness = machineFactor()
    assert.ok(Math.max(...requests) <= 5 * slowness, `up to ${Math.max(...requests)} requests`)
    assert.ok(requests.some((one) => one > 1))
    // Two are at the school at once: the later one may get its response first.
    assert.ok(mostOutOfOrder(visits) <= 3 * slowness, `${mostOutOfOrder(visits)} out of order`)
    assert.ok(school.seen.mostAtOnce <= 2, `${school.seen.mostAtOnce} at the school`)
    const kept = Buffer.concat([await bytesAtRest(place), ...services.map(({ said }) => Buffer.from(said()))])
    for (const { stu_id, stu_pwd } of students) assert.ok(!kept.includes(stu_pwd) && !kept.includes(stu_id))
  } finally {
    for (const service of services) await service.end()
    await school.close()
    await place.remove()
  }
}

// How one process and its workers admit students does not depend on the database.
const onSqlite = process.env.TEST_POSTGRES_URL === undefined ? test : () => undefined

describe('on the first school day, students enter in order, with at most five requests each, two at a time', () => {
  onSqlite('with one process', () => playDay({ students: 50 }))

  onSqlite('with two workers, and some apps that do not send their place', () =>
    playDay({ students: 24, workers: 2, knowsPlaces: (index) => index % 2 === 0 }),
  )

  test('with two instances on one database, each request to another one', () => playDay({ students: 24, instances: 2 }))
})
