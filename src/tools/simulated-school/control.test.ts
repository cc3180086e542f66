import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type SimulatedSchool, startSimulatedSchool } from './simulated-school.ts'
import { TestClient } from './test-client.ts'

let school: SimulatedSchool
before(async () => {
  school = await startSimulatedSchool({ control: true })
})
after(() => school.close())

async function control(method: string, path: string, body?: string): Promise<{ status: number; said: unknown }> {
  const response = await fetch(`${new URL(school.url).origin}/__control${path}`, { method, body })
  return { status: response.status, said: await response.json() }
}

test('turns a fault on and off while the school runs', async () => {
  const on = await control('PUT', '/fault', 'http-status:503@login-page')
  assert.deepEqual(on, { status: 200, said: { fault: { name: 'http-status', status: 503, at: 'login-page' } } })
  const client = new TestClient(school.url)
  assert.equal((await client.call('/cas/login.action')).status, 503)
  assert.deepEqual(await control('DELETE', '/fault'), { status: 200, said: { fault: null } })
  assert.equal((await client.call('/cas/login.action')).status, 200)
})

test('rejects an unknown fault in one line', async () => {
  assert.deepEqual(await control('PUT', '/fault', 'hong'), {
    status: 400,
    said: { error: 'no fault is called "hong"' },
  })
})

test('adds a student while the school runs', async () => {
  const student = { studentNumber: '201900001', schoolPassword: 'canary-password' }
  assert.equal((await control('PUT', '/student', JSON.stringify(student))).status, 200)
  assert.partialDeepStrictEqual(await new TestClient(school.url).login('k1', student), { status: '200' })
  const { said } = await control('PUT', '/student', '{"studentNumber":"1"}')
  assert.deepEqual(said, { error: 'student.studentNumber: must be a text of nine or ten digits' })
})

test('the state lists students, counters and requests, but no password', async () => {
  const { said } = await control('GET', '')
  assert.partialDeepStrictEqual(said, { dialect: 'k1', fault: null })
  const text = JSON.stringify(said)
  assert.match(text, /"students":\["2017010101"/)
  assert.doesNotMatch(text, /library|canary-password/)
})

test('responds to unknown calls with the list of calls', async () => {
  for (const [method, path] of [
    ['POST', '/fault'],
    ['GET', '/else'],
  ] as const) {
    assert.equal((await control(method, path)).status, 404)
  }
})
