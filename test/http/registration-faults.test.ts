import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fault } from '../../src/tools/simulated-school/simulated-school.ts'
import { assertError } from '../contract/assert-error.ts'
import { basic, bearer } from '../contract/client.ts'
import { assertTook } from '../support/patience.ts'
import { type Campus, type Newcomer, openCampus, scaledLimits, smallLimits } from './campus.ts'

const k3 = { school: { dialect: 'k3' } } as const
const patient = openCampus({}, { ...k3, bounds: { guard: { failures: 1000 } } })
/** For faults that end at the time limit. */
const hasty = openCampus({}, { ...k3, bounds: smallLimits })

const wire: readonly (readonly [fault: Fault, status: number])[] = [
  [{ name: 'drip', everyMs: 200 }, 504],
  [{ name: 'slow', ms: 3 * smallLimits.login.callMs }, 504],
  [{ name: 'close' }, 503],
  [{ name: 'http-status', status: 500 }, 502],
  [{ name: 'http-status', status: 503 }, 503],
  [{ name: 'redirect-loop' }, 502],
  [{ name: 'redirect-elsewhere' }, 502],
]
const atEachStep = (['captcha', 'logon', 'proof'] as const).flatMap((at): [Fault, number][] => [
  [{ name: 'hang', at }, 504],
  [{ name: 'reset', at }, 503],
  [{ name: 'maintenance', at }, 503],
  [{ name: 'endless-body', at }, 502],
])
const faults: readonly (readonly [fault: Fault, status: number])[] = [
  ...wire,
  ...atEachStep,
  [{ name: 'hang', at: 'key-page' }, 504],
  [{ name: 'broken-json' }, 502],
  [{ name: 'captcha-refused' }, 502],
  [{ name: 'captcha-unreadable' }, 502],
  [{ name: 'captcha-truncated' }, 502],
  [{ name: 'status-5000' }, 502],
  [{ name: 'status-407', message: '密码已过期，请先登录网页修改' }, 400],
  [{ name: 'guest' }, 502],
  [{ name: 'locked' }, 400],
  [{ name: 'step-up' }, 400],
]

for (const [fault, status] of faults) {
  const { name, at, times: _, ...rest } = { at: undefined, ...fault }
  const place = at === undefined ? '' : ` at ${at}`
  test(`the school fault ${name} ${Object.values(rest).join(' ')}${place} causes a ${status}, and stores nothing`, async () => {
    const campus = status === 504 ? hasty : patient
    const [newcomer, known] = [campus.newcomer(), await campus.register()]
    const changed = { ...known, password: 'a password that never was' }
    const attempts = [
      { path: '/register', body: newcomer },
      { path: '/recover', body: changed },
    ]
    for (const { path, body } of attempts) {
      await assertFails(campus, fault, path, body, status)
      await assertUntouched(campus, newcomer, known)
      // A successful login resets the count of refused captchas (see registration-captcha.test.ts).
      if (name.startsWith('captcha-')) await campus.register()
    }
    assert.equal((await campus.post('/register', newcomer)).status, 201, 'the same call can simply be sent again')
    assert.equal((await campus.post('/recover', changed)).status, 200, 'the same call can simply be sent again')
    await campus.assertStoredNowhere([
      newcomer.stu_id,
      newcomer.stu_pwd,
      known.stu_id,
      known.stu_pwd,
      newcomer.password,
    ])
  })
}

async function assertFails(campus: Campus, fault: Fault, path: string, body: Newcomer, status: number): Promise<void> {
  campus.school.setFault(fault)
  try {
    const begun = performance.now()
    const reply = await campus.post(path, body)
    const ms = performance.now() - begun
    assertError(reply, status)
    assert.equal(reply.headers.has('retry-after'), status === 503)
    if (campus === hasty) assertTook(ms, scaledLimits.totalMs + 1500, 'the answer')
    for (const secret of [body.stu_id, body.stu_pwd, body.password]) assert.ok(!reply.text.includes(secret))
  } finally {
    campus.school.setFault(undefined)
  }
}

async function assertUntouched(campus: Campus, newcomer: Newcomer, known: Newcomer & { token: string }): Promise<void> {
  assertError(await campus.send('GET', '/token', { as: basic(newcomer.username, newcomer.password) }), 401)
  assert.equal((await campus.send('GET', '/users/me', { as: bearer(known.token) })).status, 200)
}

test("a number or password that the school rejects gets exactly the contract's 400, and is stored nowhere", async () => {
  const campus = patient
  const [newcomer, known] = [campus.newcomer(), await campus.register()]
  const wrong = 'canary-wrong-password-不对'
  for (const [path, body] of [
    ['/register', { ...newcomer, stu_pwd: wrong }],
    ['/register', { ...newcomer, stu_id: '4000000001' }],
    ['/recover', { ...known, password: 'a password that never was', stu_pwd: wrong }],
  ] as const) {
    assertError(await campus.post(path, body), 400, '402, 账号或密码错误')
  }
  await assertUntouched(campus, newcomer, known)
  await campus.assertStoredNowhere([wrong, newcomer.stu_id, '4000000001', known.stu_id])
})

test('while the school hangs, all other requests are served', async () => {
  const campus = hasty
  const known = await campus.register()
  campus.school.setFault({ name: 'hang' })
  try {
    let waiting = true
    const registration = campus.post('/register', campus.newcomer()).finally(() => {
      waiting = false
    })
    for (let time = 0; time < 5; time++) {
      assert.equal((await campus.send('GET', '/users/me', { as: bearer(known.token) })).status, 200)
      assert.ok(waiting)
    }
    assertError(await registration, 504)
  } finally {
    campus.school.setFault(undefined)
  }
})
