import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Fault } from '../../src/tools/simulated-school/faults/fault.ts'
import { freshName } from '../contract/api.ts'
import { assertError } from '../contract/assert-error.ts'
import { basic, type Reply } from '../contract/client.ts'
import { patient } from '../support/patient.ts'
import { type Newcomer, openCampus, smallLimits } from './campus.ts'

const bounds = { ...smallLimits, guard: { ...smallLimits.guard, totalMs: 20_000 } }
const campus = openCampus({ THROTTLE: 'on', TRUST_PROXY: '127.0.0.1' }, { bounds })
const wrong = 'not the password'

let networks = 0
const freshAddress = () => `2001:db8:2:${(++networks).toString(16)}::1`
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
const register = (newcomer: Partial<Newcomer>, address: string) =>
  patient(() => campus.post('/register', newcomer, from(address)))

async function under<T>(fault: Fault, run: () => Promise<T>): Promise<T> {
  campus.school.setFault(fault)
  try {
    return await run()
  } finally {
    campus.school.setFault(undefined)
  }
}

async function statusesOf(count: number, run: () => Promise<Reply>): Promise<number[]> {
  const statuses: number[] = []
  for (let time = 0; time < count; time++) statuses.push((await run()).status)
  return statuses
}

describe('wrong school passwords', () => {
  test('are limited to two an hour from one network, and then the right one is refused too', async () => {
    const [newcomer, address] = [campus.newcomer(), freshAddress()]
    const first = await register({ ...newcomer, stu_pwd: wrong }, address)
    assertError(first, 400, '402, 账号或密码错误')
    assert.equal(first.headers.get('ratelimit-policy'), '"school-password";q=2;w=3600')
    assert.match(first.headers.get('ratelimit') ?? '', /^"school-password";r=1;t=3\d\d\d$/)
    assertError(await campus.post('/recover', { ...newcomer, stu_pwd: wrong }, from(address)), 400)
    for (const stu_pwd of [wrong, newcomer.stu_pwd]) {
      const reply = await register({ ...newcomer, stu_pwd }, address)
      assertError(reply, 429)
      assert.ok(Number(reply.headers.get('retry-after')) > 3000)
    }
  })

  test('sent by a stranger leave the student tries of their own', async () => {
    const newcomer = campus.newcomer()
    assert.deepEqual(await statusesOf(3, () => register({ ...newcomer, stu_pwd: wrong }, '192.0.2.7')), [400, 400, 429])
    assert.equal((await register(newcomer, '192.0.2.8')).status, 201)
  })

  test("sent by many strangers stay below the school's own limit", async () => {
    const newcomer = campus.newcomer()
    const before = campus.school.seen.wrongPasswords
    const statuses = await statusesOf(6, () => register({ ...newcomer, stu_pwd: wrong }, freshAddress()))
    assert.deepEqual(statuses, [400, 400, 400, 400, 429, 429])
    assert.equal(campus.school.seen.wrongPasswords - before, 4)
  })

  test('are limited to two even if a hundred arrive at once, and the others are told to retry in seconds', async () => {
    const [newcomer, address] = [campus.newcomer(), freshAddress()]
    const before = campus.school.seen.wrongPasswords
    const body = { ...newcomer, stu_pwd: wrong }
    const replies = await Promise.all(Array.from({ length: 100 }, () => register(body, address)))
    for (const { status, headers } of replies) {
      assert.ok([400, 429, 503].includes(status), String(status))
      if (status === 503) assert.ok(Number(headers.get('retry-after')) <= 3)
    }
    assert.ok(campus.school.seen.wrongPasswords - before <= 2)
  })

  test('are not counted for right passwords, or if the school could not respond', async () => {
    const [newcomer, address] = [campus.newcomer(), freshAddress()]
    assert.equal((await register(newcomer, address)).status, 201)
    const recover = () => campus.post('/recover', newcomer, from(address))
    assert.deepEqual(await statusesOf(3, recover), [200, 200, 200])
    assert.deepEqual(await under({ name: 'status-5000' }, () => statusesOf(4, recover)), [502, 502, 502, 502])
    assert.equal((await recover()).status, 200)
  })
})

test('are refused for seconds, not for an hour, while another login with the number is in progress', async () => {
  const newcomer = campus.newcomer()
  const before = campus.school.requests.length
  await under({ name: 'hang', at: 'logon' }, async () => {
    const first = register(newcomer, '192.0.2.9')
    await until(() => campus.school.requests.length > before)
    for (const address of ['192.0.2.9', '192.0.2.10']) {
      const busy = await register({ ...newcomer, username: freshName() }, address)
      assertError(busy, 503, /还没有结束/)
      assert.ok(Number(busy.headers.get('retry-after')) <= 3)
    }
    assertError(await first, 504)
  })
  assert.equal((await register(newcomer, '192.0.2.9')).status, 201)
})

test('a number that the school has locked uses up no tries', async () => {
  const [newcomer, address] = [campus.newcomer(), freshAddress()]
  const statuses = await under({ name: 'locked' }, () => statusesOf(6, () => register(newcomer, address)))
  assert.deepEqual(statuses, Array(6).fill(400))
  assert.equal((await register(newcomer, address)).status, 201)
})

test('logins that may have sent the student a text message are limited, per network and in total', async () => {
  const newcomer = campus.newcomer()
  await under({ name: 'step-up' }, async () => {
    const before = campus.school.seen.logons
    for (const address of ['192.0.2.11', '192.0.2.12']) {
      const statuses = await statusesOf(4, () => register(newcomer, address))
      assert.deepEqual(statuses, address.endsWith('11') ? [400, 400, 400, 429] : [400, 400, 429, 429])
    }
    assert.equal(campus.school.seen.logons - before, 5)
  })
})

test('one network may send sixty wrong school passwords, and a registration refunds one', async () => {
  const address = '192.0.2.13'
  const statuses: number[] = []
  for (let at = 0; at < 66; at++) {
    const newcomer = campus.newcomer()
    // After some right ones, as on a campus where most are right.
    const isRight = at === 20 || at === 40
    statuses.push((await register(isRight ? newcomer : { ...newcomer, stu_pwd: wrong }, address)).status)
  }
  assert.equal(statuses.filter((status) => status === 400).length, 62)
  assert.deepEqual(statuses.slice(64), [429, 429])
  assert.equal((await register(campus.newcomer(), '192.0.2.14')).status, 201)
})

test('reveals that a number is taken only to students verified by the school, also when rebinding', async () => {
  const [known, other] = [await campus.register(), await campus.register()]
  const rebind = (stu_id: string, stu_pwd: string, address: string) =>
    campus.post(
      '/users/me/student-number',
      { stu_id, stu_pwd, password: known.password },
      { as: basic(known.username, known.password), ...from(address) },
    )
  for (const stu_id of [other.stu_id, campus.newcomer().stu_id])
    assertError(await rebind(stu_id, wrong, '192.0.2.15'), 400, '402, 账号或密码错误')
  assertError(await rebind(other.stu_id, other.stu_pwd, '192.0.2.15'), 400, '该学号被注册，可以试试找回密码。')
})

async function until(done: () => boolean): Promise<void> {
  for (const begun = performance.now(); performance.now() - begun < 20_000; await setTimeout(5)) if (done()) return
  assert.fail('not in time')
}
