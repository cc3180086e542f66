import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CaptchaReader } from '../../src/schools/form-login/captcha-reader.ts'
import { assertError } from '../contract/assert-error.ts'
import { type Reply, send } from '../contract/client.ts'
import { type Campus, openCampus, smallLimits } from './campus.ts'

interface Challenge {
  challenge: string
  image: string
  expiration: number
}

async function fetchChallenge(campus: Campus): Promise<Challenge> {
  const reply = await campus.send('POST', '/register/challenge')
  assert.equal(reply.status, 200, reply.text)
  const challenge = reply.body as Challenge
  assert.deepEqual(Object.keys(challenge).sort(), ['challenge', 'expiration', 'image'])
  assert.equal(challenge.expiration, 120)
  assert.equal(reply.headers.get('cache-control'), 'no-store')
  return challenge
}

/** A challenge and the text of its image: the reader takes the person's part. */
async function readChallenge(campus: Campus): Promise<{ challenge: string; captcha: string }> {
  const { challenge, image } = await fetchChallenge(campus)
  const [, base64 = ''] = /^data:image\/jpeg;base64,([A-Za-z0-9+/]+=*)$/.exec(image) ?? []
  const reading = await campus.service.readCaptcha(Buffer.from(base64, 'base64'))
  assert.ok(reading)
  return { challenge, captcha: reading.digits }
}

describe('SCHOOL_CAPTCHA=ask', () => {
  const campus = openCampus({ SCHOOL_CAPTCHA: 'ask' }, { school: { dialect: 'k3' }, bounds: smallLimits })

  test('a registration without a captcha gets an error that asks for one', async () => {
    const reply = await campus.post('/register', campus.newcomer())
    assertError(reply, 503, /验证码/)
    assert.ok(reply.headers.has('retry-after'))
    assert.equal(campus.school.seen.logons, 0)
  })

  test('with the answer to a challenge, a student can register, and another recover', async () => {
    const newcomer = campus.newcomer()
    const registration = { ...newcomer, ...(await readChallenge(campus)) }
    assert.equal((await campus.post('/register', registration)).status, 201)
    const recovery = { ...newcomer, password: 'another good password', ...(await readChallenge(campus)) }
    assert.equal((await campus.post('/recover', recovery)).status, 200)
    await campus.tokenOf(recovery)
    await campus.assertStoredNowhere([newcomer.stu_id, newcomer.stu_pwd, registration.challenge, recovery.challenge])
  })

  test('a wrong captcha gets its own error, and the password is not tried', async () => {
    const newcomer = campus.newcomer()
    const before = campus.school.seen.wrongPasswords
    for (const answer of [undefined, 'abc"; drop', '验证码', 'x'.repeat(2000)]) {
      const { challenge, captcha } = await readChallenge(campus)
      const wrong = String((Number(captcha) + 1) % 10_000).padStart(4, '0')
      const reply = await campus.post('/register', { ...newcomer, challenge, captcha: answer ?? wrong })
      assertError(reply, 400, /^验证码不正确.*没有核对密码/)
    }
    assert.equal(campus.school.seen.wrongPasswords, before)
  })

  test('accepts an answer in full width or with spaces', async () => {
    const { challenge, captcha } = await readChallenge(campus)
    const typed = [...captcha].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join(' ')
    assert.equal((await campus.post('/register', { ...campus.newcomer(), challenge, captcha: typed })).status, 201)
  })

  test('a challenge is valid once', async () => {
    const answer = await readChallenge(campus)
    assert.equal((await campus.post('/register', { ...campus.newcomer(), ...answer })).status, 201)
    assertError(await campus.post('/register', { ...campus.newcomer(), ...answer }), 400, /^验证码无效/)
  })

  test('a challenge is valid once even if its answer was wrong', async () => {
    const { challenge, captcha } = await readChallenge(campus)
    const wrong = String((Number(captcha) + 1) % 10_000).padStart(4, '0')
    const newcomer = campus.newcomer()
    assertError(await campus.post('/register', { ...newcomer, challenge, captcha: wrong }), 400, /^验证码不正确/)
    const logons = campus.school.seen.logons
    assertError(await campus.post('/register', { ...newcomer, challenge, captcha }), 400, /^验证码无效/)
    assert.equal(campus.school.seen.logons, logons)
  })

  test('a challenge sent many times at once is valid once', async () => {
    const answer = await readChallenge(campus)
    const bodies = Array.from({ length: 8 }, () => ({ ...campus.newcomer(), ...answer }))
    const replies = await Promise.all(bodies.map((body) => campus.post('/register', body)))
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, ...Array(7).fill(400)])
  })

  test('one network sends one captcha answer to the school at a time, and the next may be sent again', async () => {
    const registrations = [
      { ...campus.newcomer(), ...(await readChallenge(campus)) },
      { ...campus.newcomer(), ...(await readChallenge(campus)) },
    ]
    campus.school.setFault({ name: 'hang', at: 'logon' })
    const replies = await Promise.all(registrations.map((registration) => campus.post('/register', registration)))
    campus.school.setFault(undefined)
    const second = replies.findIndex(({ status }) => status === 503)
    assertError(replies[second] as Reply, 503, /还没有结束/)
    assertError(replies[1 - second] as Reply, 504)
    const again = await campus.post('/register', registrations[second])
    assert.equal(again.status, 201, 'its challenge was not used up')
  })

  test('rejects an invalid challenge without asking the school', async () => {
    const { challenge } = await fetchChallenge(campus)
    const other = challenge.startsWith('B') ? 'C' : 'B'
    const forged = [
      `${challenge}A`,
      challenge.slice(0, -2),
      `${other}${challenge.slice(1)}`,
      'x',
      '{"dialect":"k1"}',
      '学',
    ]
    const before = campus.school.seen.logons
    for (const text of [...forged, 'A'.repeat(20_000)]) {
      const reply = await campus.post('/register', { ...campus.newcomer(), challenge: text, captcha: '1234' })
      assertError(reply, 400, /^验证码无效或已过期，请重新获取/)
    }
    assert.equal(campus.school.seen.logons, before)
  })

  test('requires challenge and captcha together, as strings', async () => {
    const { challenge } = await fetchChallenge(campus)
    for (const half of [
      { challenge },
      { captcha: '1234' },
      { challenge, captcha: '' },
      { challenge, captcha: 1234 },
      { challenge: null, captcha: '1234' },
    ]) {
      assertError(await campus.post('/register', { ...campus.newcomer(), ...half }), 400, '缺少必要参数。')
    }
  })

  test('the right captcha with a wrong password gets a 402', async () => {
    const body = { ...campus.newcomer(), stu_pwd: 'wrong', ...(await readChallenge(campus)) }
    assertError(await campus.post('/register', body), 400, '402, 账号或密码错误')
  })

  test('a failing school gives no challenge but an error', async () => {
    campus.school.setFault({ name: 'maintenance', at: 'every' })
    try {
      assertError(await campus.send('POST', '/register/challenge'), 503)
    } finally {
      campus.school.setFault(undefined)
    }
  })
})

describe('SCHOOL_CAPTCHA=read, and a school that has changed its captchas', () => {
  let changed = false
  const misread: CaptchaReader = async (image) => {
    const reading = await campus.service.readCaptcha(image)
    return reading && changed ? { digits: '0000', margin: 1 } : reading
  }
  const campus: Campus = openCampus({}, { readCaptcha: misread })
  const metrics = async () => (await send('GET', `${campus.service.address}/metrics`)).text

  test('switches to asking with an alarm in log and metrics, and students register by reading captchas', async () => {
    await campus.register()
    assert.match(await metrics(), /^occupy_school_asks_captcha 0$/m)
    changed = true
    assertError(await campus.post('/register', campus.newcomer()), 502, /验证码/)
    for (let time = 0; time < 2; time++)
      assertError(await campus.post('/register', campus.newcomer()), 503, /获取验证码/)
    assert.match(campus.service.logged(), /"alarm":"captcha"/)
    const metricsText = await metrics()
    assert.match(metricsText, /^occupy_school_asks_captcha 1$/m)
    assert.match(metricsText, /^occupy_school_captchas_total\{outcome="refused"\} 6$/m)
    assert.match(metricsText, /^occupy_school_logins_total\{outcome="verified"\} 1$/m)
    assert.match(metricsText, /^occupy_school_login_seconds_count 4$/m)
    const body = { ...campus.newcomer(), ...(await readChallenge(campus)) }
    assert.equal((await campus.post('/register', body)).status, 201)
  })

  test('the metrics are available on this machine only', async () => {
    const brought = { headers: { 'x-forwarded-for': '203.0.113.7' } }
    assertError(await send('GET', `${campus.service.address}/metrics`, brought), 404)
  })
})

describe('the rate limit for challenges', () => {
  const campus = openCampus({ THROTTLE: 'on' })

  test('applies per address', async () => {
    const statuses = new Set<number>()
    for (let round = 0; round < 13; round++) {
      const replies = await Promise.all(Array.from({ length: 10 }, () => campus.send('POST', '/register/challenge')))
      for (const { status } of replies) statuses.add(status)
      if (round < 12) assert.ok(!statuses.has(429))
    }
    assert.ok(statuses.has(429))
  })
})
