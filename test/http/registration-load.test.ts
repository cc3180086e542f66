import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { freshName } from '../contract/api.ts'
import { assertError, errorText } from '../contract/assert-error.ts'
import { bearer } from '../contract/client.ts'
import { assertTook, patience, until } from '../support/patience.ts'
import { openCampus, scaledLimits, smallLimits } from './campus.ts'

describe('many concurrent', () => {
  const campus = openCampus({}, { bounds: { guard: { queueLength: 100 } } })

  test('registrations with one student number create one account', async () => {
    const newcomer = campus.newcomer()
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => campus.post('/register', { ...newcomer, username: freshName() })),
    )
    assert.equal(replies.filter(({ status }) => status === 201).length, 1)
    for (const reply of replies.filter(({ status }) => status !== 201)) {
      assertError(reply, 400, '该学号被注册，可以试试找回密码。')
    }
  })

  test('registrations with one user name create one account', async () => {
    const username = freshName('同名')
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => campus.post('/register', { ...campus.newcomer(), username })),
    )
    assert.equal(replies.filter(({ status }) => status === 201).length, 1)
    for (const reply of replies.filter(({ status }) => status !== 201)) assertError(reply, 400, '用户已经存在。')
  })

  test('logins reach the school two at a time', async () => {
    const newcomers = Array.from({ length: 20 }, () => campus.newcomer())
    for (const { status, text } of await Promise.all(newcomers.map((one) => campus.post('/register', one)))) {
      assert.equal(status, 201, text)
    }
    assert.ok(campus.school.seen.mostAtOnce <= 2)
  })
})

describe('fifty concurrent registrations, while the school hangs,', () => {
  const campus = openCampus(
    {},
    { bounds: { ...smallLimits, guard: { ...smallLimits.guard, queueWaitMs: patience(1000) } } },
  )

  test('fill a short queue, are refused at once beyond it, and block no other requests', async () => {
    const known = await campus.register()
    campus.school.setFault({ name: 'hang', at: 'every' })
    const begun = performance.now()
    const waits: number[] = []
    const registrations = Array.from({ length: 50 }, async () => {
      const reply = await campus.post('/register', campus.newcomer())
      if (reply.status === 503) waits.push(performance.now() - begun)
      return reply
    })
    for (let time = 0; time < 5; time++) {
      assert.equal((await campus.send('GET', '/users/me', { as: bearer(known.token) })).status, 200)
    }
    const replies = await Promise.all(registrations)
    campus.school.setFault(undefined)
    for (const reply of replies) {
      assert.ok(reply.status === 503 || reply.status === 504, reply.text)
      assert.equal(reply.headers.has('retry-after'), reply.status === 503)
    }
    const refused = replies.filter((reply) => reply.status === 503 && /人太多/.test(errorText(reply)))
    assert.ok(refused.length >= 50 - 18, `${refused.length} were refused`)
    assertTook(performance.now() - begun, 2 * scaledLimits.totalMs + 2000, 'all answers')
    assert.ok(campus.school.seen.mostAtOnce <= 2)
    // Clients that were told to come back go first, until five of them have not come.
    const newcomer = campus.newcomer()
    await until(async () => (await campus.post('/register', newcomer)).status === 201, 'a newcomer gets in', {
      pauseMs: 500,
      ms: 60_000,
    })
  })
})

describe('a school that is down', () => {
  const guard = { totalMs: patience(1500), failures: 3, restMs: patience(500) }
  const campus = openCampus({}, { bounds: { login: { callMs: patience(200), loginMs: patience(500) }, guard } })

  test('gets no requests for a while, then one, and then all', async () => {
    campus.school.setFault({ name: 'maintenance', at: 'every' })
    for (let time = 0; time < 3; time++) assertError(await campus.post('/register', campus.newcomer()), 503)
    const asked = campus.school.requests.length
    const resting = await campus.post('/register', campus.newcomer())
    assertError(resting, 503)
    assert.match(resting.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
    assert.equal(campus.school.requests.length, asked)
    campus.school.setFault(undefined)
    const isBack = async () => (await campus.post('/register', campus.newcomer())).status === 201
    await until(isBack, 'the school gets requests again')
  })
})
