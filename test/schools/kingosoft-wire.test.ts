import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import test from 'node:test'
import { assertTook } from '../support/patience.ts'
import { limits, proof, quiet, schoolAndVerifier } from './school-and-verifier.ts'
import { image, json, type Scripts } from './scripted-school.ts'

/** Starts no session. */
const sessionless: Scripts = {
  '/cas/login.action': (response) => response.end('<html>'),
  '/cas/genValidateCode': (response) => response.end(image),
}

/** A login that opens the page, since the dialect is unknown. */
const searching = { login: 'auto' } as const

const logons = (paths: string[]) => paths.filter((path) => path === '/cas/logon.action').length

for (const [status, message, outcome] of [
  ['402', '账号或密码错误|2', { outcome: 'rejected' }],
  ['402', '账号或密码错误，请重新输入验证码', { outcome: 'rejected' }],
  ['402', '该账号已被锁定，请30分钟后再试', { outcome: 'locked' }],
  ['401', '账号已锁定', { outcome: 'locked' }],
  ['402', '密码或验证码不正确', { outcome: 'rejected' }],
  ['401', '密码或验证码不正确', { outcome: 'rejected' }],
  ['402', '账号已冻结', { outcome: 'not-admitted' }],
  ['410', '初始密码必须修改', { outcome: 'action-wanted' }],
  ['407', '账号或密码错误', { outcome: 'rejected' }],
  ['410', '账号已锁定', { outcome: 'locked' }],
  ['505', '请输入短信验证码', { outcome: 'step-up-wanted' }],
  ['403', '用户被锁定', { outcome: 'locked' }],
  ['407', '系统维护', { outcome: 'action-wanted' }],
  ['410', '', { outcome: 'action-wanted' }],
  ['5000', '账号或密码错误', { outcome: 'unavailable', reason: 'login-fault' }],
  ['5000', '数据库表锁定', { outcome: 'unavailable', reason: 'login-fault' }],
  ['999', '验证码错误', { outcome: 'unavailable', reason: 'login-fault' }],
] as const) {
  test(`status ${status} with «${message}» means ${JSON.stringify(outcome)}, after one try`, async (t) => {
    const { school, verifier } = await schoolAndVerifier(t, { '/cas/logon.action': json({ status, message }) })
    assert.partialDeepStrictEqual(await verifier.verify(proof), outcome)
    assert.equal(logons(school.paths()), 1)
  })
}

test('a numeric status means the same as a string', async (t) => {
  const { verifier } = await schoolAndVerifier(t, { '/cas/logon.action': json({ status: 402, message: null }) })
  assert.deepEqual(await verifier.verify(proof), { outcome: 'rejected' })
})

for (const message of ['验证码错误', '验证码已失效|1']) {
  test(`a 407 with «${message}» needs a fresh captcha`, async (t) => {
    let tries = 0
    const { verifier } = await schoolAndVerifier(t, {
      '/cas/logon.action': (response) =>
        response.end(JSON.stringify(tries++ === 0 ? { status: '407', message } : { status: '402' })),
    })
    assert.deepEqual(await verifier.verify(proof), { outcome: 'rejected' })
    assert.equal(tries, 2)
  })
}

for (const [what, answer, reason] of [
  ['nobody', { userCode: 'kingo.guest' }, 'login-fault'],
  ['an empty code', { userCode: '' }, 'login-fault'],
  ['no code', { xn: '2017' }, 'login-fault'],
  ['an array', ['20140001'], 'not-understood'],
] as const) {
  test(`a login accepted for ${what} does not count`, async (t) => {
    const { verifier } = await schoolAndVerifier(t, { '/jw/common/showYearTerm.action': json(answer) })
    assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason })
  })
}

test('only status and user code decide whether a login counts', async (t) => {
  const { school, verifier } = await schoolAndVerifier(t)
  assert.deepEqual(await verifier.verify(proof), { outcome: 'verified', studentCode: '20140001' })
  assert.deepEqual(school.paths(), ['/cas/genValidateCode', '/cas/logon.action', '/jw/common/showYearTerm.action'])
})

for (const [what, body, reason] of [
  ['a page in place of JSON', '<!DOCTYPE html><html><body>系统维护中</body></html>', 'maintenance'],
  ['a page in GBK in place of JSON', Buffer.from('3c68746d6c3ecfb5cdb3ceacbba43c2f68746d6c3e', 'hex'), 'maintenance'],
  ['an empty body', '', 'not-understood'],
  ['broken JSON', '{"status":"20', 'not-understood'],
  ['JSON without a status', '{"message":"ok"}', 'not-understood'],
  ['a JSON string', '"200"', 'not-understood'],
  ['a JSON null', 'null', 'not-understood'],
  ['a status that is an object', '{"status":{"a":1}}', 'not-understood'],
  ['too many bytes', ' '.repeat(5000), 'too-large'],
] as const) {
  test(`a login response of ${what} is reported as ${reason}`, async (t) => {
    const { school, verifier } = await schoolAndVerifier(t, { '/cas/logon.action': (response) => response.end(body) })
    assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason })
    assert.equal(logons(school.paths()), 1)
  })
}

for (const [status, reason] of [
  [500, 'fault'],
  [503, 'maintenance'],
  [404, 'not-understood'],
  [302, 'redirected'],
] as const) {
  for (const path of [
    '/cas/login.action',
    '/cas/genValidateCode',
    '/cas/logon.action',
    '/jw/common/showYearTerm.action',
  ]) {
    test(`HTTP status ${status} at ${path} is reported as ${reason}, and no call follows`, async (t) => {
      const trouble: Scripts = {
        [path]: (response) =>
          response.writeHead(status, { location: 'http://127.0.0.1:9/elsewhere' }).end('{"status":"200"}'),
      }
      const { school, verifier } = await schoolAndVerifier(t, trouble, path === '/cas/login.action' ? searching : {})
      assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason })
      assert.equal(school.paths().at(-1), path)
    })
  }
}

test('a page in place of a captcha means maintenance', async (t) => {
  const { verifier } = await schoolAndVerifier(t, {
    '/cas/genValidateCode': (response) => response.end('<html><body>维护</body></html>'),
  })
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'maintenance' })
})

test('a connection closed before a response counts as refused, one closed within it as not understood', async (t) => {
  const { school, verifier } = await schoolAndVerifier(t, {
    '/cas/logon.action': (response) => response.destroy(),
  })
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'connection-refused' })
  assert.equal(logons(school.paths()), 1, 'the password is not sent twice')
  const half = await schoolAndVerifier(t, {
    '/cas/logon.action': (response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"status"')
      setImmediate(() => response.destroy())
    },
  })
  assert.partialDeepStrictEqual(await half.verifier.verify(proof), { outcome: 'unavailable', reason: 'not-understood' })
})

test('the login by query is not sent again either when the connection closes', async (t) => {
  const { school, verifier } = await schoolAndVerifier(
    t,
    { '/cas/logon.action': (response) => response.destroy() },
    { login: 'k2-get' },
  )
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'connection-refused' })
  assert.equal(logons(school.paths()), 1)
})

test('a login without a response ends in time, and the password is not sent twice', async (t) => {
  const { school, verifier } = await schoolAndVerifier(t, { '/cas/logon.action': () => {} })
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'timeout' })
  assert.equal(logons(school.paths()), 1)
})

test('a slow response is ended by the time limit of its call', async (t) => {
  const { verifier } = await schoolAndVerifier(t, {
    '/cas/genValidateCode': (response) => {
      const drip = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(drip))
    },
  })
  const startedAt = performance.now()
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'timeout' })
  assertTook(performance.now() - startedAt, quiet.callMs + 1000, 'the login')
})

test('an endless response is ended by the size limit', async (t) => {
  const { verifier } = await schoolAndVerifier(t, {
    '/cas/genValidateCode': (response) => {
      const sendEndlessly = () => {
        while (!response.destroyed && response.write('x'.repeat(1024)));
      }
      response.on('drain', sendEndlessly)
      sendEndlessly()
    },
  })
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'too-large' })
})

test('many calls within their limits are ended by the time limit of the login', async (t) => {
  const { verifier } = await schoolAndVerifier(
    t,
    { '/cas/genValidateCode': (response) => setTimeout(() => response.end('?'), 0.7 * limits.callMs) },
    { readCaptcha: () => undefined },
  )
  const startedAt = performance.now()
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'timeout' })
  assertTook(performance.now() - startedAt, quiet.loginMs + 1000, 'the login')
})

test('an abort from outside ends the login at once', async (t) => {
  const { verifier } = await schoolAndVerifier(t, { '/cas/genValidateCode': () => {} }, { limits: {} })
  const stop = new AbortController()
  const answer = verifier.verify(proof, { signal: stop.signal })
  setImmediate(() => stop.abort())
  assert.partialDeepStrictEqual(await answer, { outcome: 'unavailable', reason: 'timeout' })
})

test('an address without a server is reported as a refused connection', async (t) => {
  const { school, verifier } = await schoolAndVerifier(t)
  await school.close()
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'connection-refused' })
})

test('endless headers are reported as too large', async (t) => {
  const { verifier } = await schoolAndVerifier(t, {
    '/cas/genValidateCode': (response) => response.writeHead(200, { 'x-long': 'x'.repeat(40_000) }).end(),
  })
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'too-large' })
})

for (const [status, message] of [
  ['401', '验证码错误'],
  ['402', '您输入的验证码不正确'],
] as const) {
  test(`three captchas refused with ${status} end a login`, async (t) => {
    const fates: string[] = []
    const { school, verifier } = await schoolAndVerifier(
      t,
      { '/cas/logon.action': json({ status, message }) },
      { onCaptcha: (fate) => fates.push(fate) },
    )
    assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'captcha-refused' })
    assert.equal(logons(school.paths()), 3)
    assert.deepEqual(fates, ['refused', 'refused', 'refused'])
  })
}

test('six unreadable captchas end a login, and the password is never sent', async (t) => {
  const readings = [
    undefined,
    { digits: '1234', margin: 0.049 },
    { digits: '12&4', margin: 1 },
    { digits: '', margin: 1 },
  ]
  let looks = 0
  const { school, verifier } = await schoolAndVerifier(
    t,
    {},
    {
      readCaptcha: () => {
        if (looks++ === 4) throw new RangeError('no image')
        return readings[(looks - 1) % readings.length]
      },
    },
  )
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'captcha-unreadable' })
  assert.equal(looks, 6)
  assert.equal(logons(school.paths()), 0)
})

test('every call sends all cookies of the site, and the session id keeps its route', async (t) => {
  const { school, verifier } = await schoolAndVerifier(t, {
    '/cas/genValidateCode': (response) => {
      response.setHeader('set-cookie', ['JSESSIONID=ABC123.kingo', 'SERVERID=node-2', 'loginPage=x; Path=/cas'])
      response.end('image')
    },
  })
  await verifier.verify(proof)
  const logon = school.seen.find(({ path }) => path === '/cas/logon.action')
  assert.deepEqual(logon?.headers.cookie?.split('; ').sort(), [
    'JSESSIONID=ABC123.kingo',
    'SERVERID=node-2',
    'loginPage=x',
  ])
  const user = /_u9035=([^&]*)/.exec(logon?.body ?? '')?.[1] ?? ''
  assert.equal(Buffer.from(user, 'base64').toString(), `${proof.studentNumber};;ABC123.kingo`)
  assert.equal(logon?.headers.referer, `${school.url}/cas/login.action`)
})

test('each login has its own cookies', async (t) => {
  const { school, verifier } = await schoolAndVerifier(t)
  await verifier.verify(proof)
  await verifier.verify(proof)
  const pages = school.seen.filter(({ path }) => path === '/cas/genValidateCode')
  assert.deepEqual(
    pages.map(({ headers }) => headers.cookie),
    [undefined, undefined],
  )
})

test('K1 works without a session of the school', async (t) => {
  const { school, verifier } = await schoolAndVerifier(t, sessionless, { login: 'k1' })
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
  assert.equal(school.seen.length, 4, 'the page is requested once for a session')
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
  assert.equal(school.seen.length, 7)
})

test('a school that closes the connection after each response, without saying so, fails no call', async (t) => {
  const answers = ['image', '{"status":"200"}', '{"userCode":"1"}']
  let calls = 0
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      const body = answers[calls++] ?? ''
      socket.write(`HTTP/1.1 200 OK\r\nSet-Cookie: JSESSIONID=A\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
      setImmediate(() => socket.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const { verifier } = await schoolAndVerifier(t, {}, { baseUrl: `http://127.0.0.1:${port}` })
  for (let login = 0; login < 10; login++) {
    calls = 0
    assert.equal((await verifier.verify(proof)).outcome, 'verified')
  }
})

test('without a session of the school nothing is sent', async (t) => {
  const { school, verifier } = await schoolAndVerifier(t, sessionless)
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'not-understood' })
  assert.equal(logons(school.paths()), 0)
})

test('no error, log line or response contains the password, its digests or the student number', async (t) => {
  const faults: Scripts[] = [
    {},
    { '/cas/logon.action': json({ status: '402', message: `${proof.studentNumber} 账号或密码错误` }) },
    { '/cas/logon.action': json({ status: '5000', message: proof.studentNumber }) },
    {
      '/cas/logon.action': (response, call) =>
        response.writeHead(302, { location: `/back?${call.query}${call.body}` }).end(),
    },
    { '/cas/logon.action': (response, call) => response.end(call.query + call.body) },
    { '/cas/logon.action': (response) => response.destroy() },
    { '/cas/logon.action': () => {} },
  ]
  for (const login of ['k1', 'k2-get', 'k2-post'] as const) {
    for (const fault of faults) {
      const steps: unknown[] = []
      const { school, verifier, logger } = await schoolAndVerifier(t, fault, {
        login,
        onStep: (step) => steps.push(step),
      })
      const { studentCode: _, ...outcome } = { studentCode: '', ...(await verifier.verify(proof)) }
      const written = JSON.stringify([outcome, steps]) + logger.lines.join('\n')
      const sent = school.seen.map(({ query, body }) => query + body).join('&')
      const digests = sent.match(/[0-9a-f]{32}/g) ?? []
      assert.ok(digests.length > 0)
      for (const secret of [proof.studentNumber, 'canary', '20140001', ...digests]) {
        assert.ok(!written.includes(secret), `${secret} in ${written}`)
      }
    }
  }
})
