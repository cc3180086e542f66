import assert from 'node:assert/strict'
import { test } from 'node:test'
import { basic } from '../contract/client.ts'
import { openCampus } from './campus.ts'

const campus = openCampus({ LOG_LEVEL: 'debug' })

interface Line {
  reqId?: string
  msg: string
  path?: string
  step?: string
}

/** The log lines of one more request. */
async function linesOf(ask: () => Promise<unknown>): Promise<Line[]> {
  const before = campus.service.logged().length
  await ask()
  const lines = campus.service.logged().slice(before).trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Line)
}

function assertOneRequest(lines: readonly Line[], path: string): void {
  const request = lines.find((line) => line.path?.endsWith(path))
  assert.ok(request?.reqId, JSON.stringify(lines))
  // The check at start-up logs in nobody.
  const ofSchool = lines.filter(({ msg, step }) => msg.startsWith('school ') && step !== 'site')
  assert.ok(ofSchool.length > 0, JSON.stringify(lines))
  for (const line of ofSchool) assert.equal(line.reqId, request.reqId, JSON.stringify(line))
}

test('every log line of a login at the school contains the request id', async () => {
  const person = campus.newcomer()
  const password = 'a password that is new'
  for (const [path, ask] of [
    ['/register', () => campus.post('/register', { ...person, stu_pwd: 'wrong' })],
    ['/register', () => campus.post('/register', person)],
    ['/register/challenge', () => campus.post('/register/challenge', {})],
    ['/recover', () => campus.post('/recover', { ...person, password })],
    [
      '/users/me/student-number',
      () => {
        const { stu_id, stu_pwd } = campus.newcomer()
        const as = basic(person.username, password)
        return campus.post('/users/me/student-number', { stu_id, stu_pwd, password }, { as })
      },
    ],
  ] as const) {
    assertOneRequest(await linesOf(ask), path)
  }
})

test('concurrent logins have different request ids, and a fault has its own too', async () => {
  campus.school.setFault({ name: 'status-5000' })
  const lines = await linesOf(() =>
    Promise.all(Array.from({ length: 5 }, () => campus.post('/register', campus.newcomer()))),
  )
  campus.school.setFault(undefined)
  const logins = lines.filter(({ msg }) => msg === 'school login')
  const requests = lines.filter(({ msg }) => msg === 'request')
  assert.deepEqual(new Set(logins.map(({ reqId }) => reqId)), new Set(requests.map(({ reqId }) => reqId)))
  assert.equal(new Set(logins.map(({ reqId }) => reqId)).size, 5)
})
