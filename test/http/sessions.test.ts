import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { createAccountAdministration } from '../../src/authentication/administration.service.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import { studentNumberForm } from '../../src/shared/student-number-form.ts'
import { assertError } from '../contract/assert-error.ts'
import { basic, bearer, type Credentials, type Reply } from '../contract/client.ts'
import { openCampus } from './campus.ts'
import { cookieOf, type SignedIn, signIn as signInAt } from './signed-in.ts'

const campus = openCampus()
const signIn = (who: { username: string; password: string }, headers: Record<string, string> = {}) =>
  signInAt(campus.service.address, who, headers)
const statusOf = async (as: Credentials) => (await campus.send('GET', '/session', { as })).status
const other = () => randomBytes(32).toString('base64url')

async function devicesOf(as: Credentials): Promise<{ id: number; device: string | null; current: boolean }[]> {
  const { body } = await campus.send('GET', '/users/me/sessions', { as })
  return (body as { sessions: { id: number; device: string | null; current: boolean }[] }).sessions
}

describe('signing in', () => {
  test('requires a user name or student number and the password, as Basic does', async () => {
    const { username, password, stu_id } = await campus.register()
    for (const json of [{}, { username }, { password }, { username, password: '' }, { username: 1, password }, []])
      assertError(await campus.post('/session', json), 400)
    for (const json of [
      { username, password: 'not the password' },
      { username: 'nobody at all', password },
      { username: await campus.tokenOf({ username, password }), password },
      { username: 'a\0b', password },
    ]) {
      const reply = await campus.post('/session', json)
      assertError(reply, 401)
      assert.deepEqual(reply.headers.getSetCookie(), [])
    }
    for (const login of [username, username.toUpperCase(), stu_id])
      assert.equal(await statusOf(await signIn({ username: login, password })), 200)
  })

  test('returns the user and a cookie that scripts cannot read, a new one each time', async () => {
    const who = await campus.register()
    const reply = await campus.post('/session', { username: who.username, password: who.password })
    const me = await campus.send('GET', '/users/me', { as: bearer(who.token) })
    assert.deepEqual({ ...(reply.body as object), last_seen: 0 }, { ...(me.body as object), last_seen: 0 })
    const [cookie = '', ...others] = reply.headers.getSetCookie()
    assert.deepEqual(others, [])
    assert.match(cookie, /^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/)
    assert.equal(reply.headers.get('cache-control'), 'no-store')
    assert.notEqual(cookieOf(reply), (await signIn(who)).cookie)
  })

  test('ignores a value sent by the browser, and ends the session that it replaces', async () => {
    const who = await campus.register()
    const planted = `session=${other()}`
    const first = await signIn(who, { cookie: planted })
    assert.notEqual(first.cookie, planted)
    assert.deepEqual([await statusOf({ cookie: planted }), await statusOf(first)], [401, 200])
    const second = await signIn(await campus.register(), { cookie: first.cookie })
    assert.deepEqual([await statusOf(first), await statusOf(second)], [401, 200])
    const wrong = { username: who.username, password: 'not the password' }
    assert.equal((await campus.post('/session', wrong, { headers: second })).status, 401)
    assert.equal(await statusOf(second), 200, 'a failed sign-in ends nothing')
  })

  test('is refused from a page of another site before the password is checked', async () => {
    const { username, password } = await campus.register()
    for (const headers of foreignPages(campus.service.address)) {
      const reply = await campus.post('/session', { username, password }, { headers })
      assert.deepEqual([reply.status, reply.headers.getSetCookie()], [403, []], JSON.stringify(headers))
    }
    for (const headers of ownPages(campus.service.address))
      assert.equal((await campus.post('/session', { username, password }, { headers })).status, 200)
  })
})

/** The headers of browsers for pages of other sites, and for requests without a page. */
function foreignPages(own: string): Record<string, string>[] {
  return [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: own.replace('127.0.0.1', 'localhost') },
    { origin: own.replace(/\d+$/, '1') },
    { origin: own, 'sec-fetch-site': 'same-site' },
    { origin: own, 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
  ]
}

function ownPages(own: string): Record<string, string>[] {
  return [{ origin: own }, { origin: own, 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'same-origin' }]
}

describe('a session cookie', () => {
  test('must be issued by the service, and be sent once', async () => {
    const { cookie } = await signIn(await campus.register())
    const [, value = ''] = cookie.split('=')
    const another = (await signIn(await campus.register())).cookie
    for (const good of [
      cookie,
      `a=b; ${cookie}`,
      `${cookie}; theme=dark`,
      `a=b;${cookie};c=d`,
      `sessions=x; ${cookie}`,
    ])
      assert.equal(await statusOf({ cookie: good }), 200, good)
    for (const bad of [
      `session=${other()}`,
      `session=${value}x`,
      `session="${value}"`,
      'session=',
      `Session=${value}`,
      `__Host-session=${value}`,
      `${cookie}; ${another}`,
      `${cookie}; ${cookie}`,
      `session=planted; ${cookie}`,
      `session=; ${cookie}`,
    ])
      assertError(await campus.send('GET', '/users/me', { as: { cookie: bad } }), 401)
    assert.equal((await campus.send('GET', '/users/me', { as: { authorization: `session\t${value}` } })).status, 401)
  })

  test('is ignored if there is an Authorization header, even an invalid one', async () => {
    const [ann, bob] = [await campus.register(), await campus.register()]
    const { cookie, origin } = await signIn(ann)
    const asBob = await campus.send('GET', '/users/me', { as: { cookie, ...bearer(bob.token) } })
    assert.equal((asBob.body as { username: string }).username, bob.username)
    for (const as of [basic(ann.username, 'wrong'), bearer('x'), { authorization: '' }, { authorization: 'Basic' }])
      assertError(await campus.send('GET', '/users/me', { as: { cookie, origin, ...as } }), 401)
    const fromApp = await campus.post('/studys/', {}, { as: { cookie, ...bearer(bob.token) } })
    assert.equal(fromApp.status, 201, 'it does not use the cookie, so no Origin is required')
  })

  test('cannot get a token, and changes no password, name, number or account without the password', async () => {
    const who = await campus.register()
    const as = await signIn(who)
    const refused = await campus.send('GET', '/token', { as })
    assertError(refused, 401, /密码/)
    assert.equal(refused.headers.get('www-authenticate'), 'Session realm="occupy"')
    const password = 'not the password'
    for (const [method, path, json] of [
      ['PUT', '/users/me', { new_password: 'a quiet reading room' }],
      ['PUT', '/users/me', { username: `${who.username}x` }],
      ['DELETE', '/users/me', {}],
      ['POST', '/users/me/student-number', { stu_id: who.stu_id, stu_pwd: who.stu_pwd }],
    ] as const) {
      assertError(await campus.send(method, path, { as, json }), 400)
      assertError(await campus.send(method, path, { as, json: { ...json, password } }), 401)
    }
    const json = { password: who.password, username: `${who.username}x` }
    assert.equal((await campus.send('PUT', '/users/me', { as, json })).status, 200)
    assert.equal(await statusOf(as), 200, 'another user name keeps the session')
  })

  test("authorizes writes only from the service's own pages", async () => {
    const { cookie } = await signIn(await campus.register())
    const own = campus.service.address
    const writes = ['POST /studys/', 'PUT /studys/running', 'PATCH /studys/1', 'DELETE /studys/1', 'PUT /users/me']
    const more = [
      'PUT /users/me/settings',
      'DELETE /users/me/sessions',
      'DELETE /session',
      'POST /studys/running/heartbeat',
    ]
    for (const line of [...writes, ...more]) {
      const [method = '', path = ''] = line.split(' ')
      for (const page of [{}, ...foreignPages(own)])
        assertError(await campus.send(method, path, { as: { cookie, ...page } }), 403)
    }
    assert.equal((await campus.send('GET', '/studys/running', { as: { cookie } })).status, 404, 'nothing was written')
    for (const page of ownPages(own))
      assert.equal((await campus.post('/studys/', {}, { as: { cookie, ...page } })).status, 201)
    for (const page of foreignPages(own))
      assert.equal((await campus.send('GET', '/users/me', { as: { cookie, ...page } })).status, 200)
  })

  test('is persistent, and its value is stored nowhere', async () => {
    const { cookie } = await signIn(await campus.register())
    const reply = await campus.send('GET', '/session', { as: { cookie } })
    assert.match(reply.headers.get('set-cookie') ?? '', new RegExp(`^${cookie}; .*Max-Age=2592000$`))
    assert.equal(reply.headers.get('cache-control'), 'no-store')
    await campus.assertStoredNowhere([cookie.split('=')[1] ?? ''])
  })
})

describe('a session ends', () => {
  const ends = async (
    end: (who: Awaited<ReturnType<typeof campus.register>>, as: SignedIn) => Promise<Reply | undefined>,
  ) => {
    const who = await campus.register()
    const as = { ...(await signIn(who)) }
    assert.equal(await statusOf(as), 200)
    const reply = await end(who, as)
    if (reply) assert.ok(reply.status < 300, reply.text)
    assertError(await campus.send('GET', '/session', { as }), 401)
    assertError(await campus.post('/studys/', {}, { as }), 401)
  }

  test('by signing out, which removes the cookie, any number of times', () =>
    ends(async (_who, as) => {
      for (const each of [as, as, { cookie: 'session=x', origin: as.origin }, {}]) {
        const reply = await campus.send('DELETE', '/session', { as: { ...each } })
        assert.equal(reply.status, 204)
        assert.equal(reply.headers.get('set-cookie'), 'session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0')
      }
    }))

  test('when the password changes', () =>
    ends(async ({ password }, as) => {
      const json = { password, new_password: 'another quiet reading room' }
      return campus.send('PUT', '/users/me', { as: { ...as }, json })
    }))

  test('when the account is recovered', () =>
    ends(async ({ stu_id, stu_pwd }) => campus.post('/recover', { stu_id, stu_pwd, password: 'another reading room' })))

  test('when the student number changes', () =>
    ends(async ({ password }, as) => {
      const { stu_id, stu_pwd } = campus.newcomer()
      return campus.post('/users/me/student-number', { password, stu_id, stu_pwd }, { as: { ...as } })
    }))

  test('when the account is deleted', () =>
    ends(async ({ password }, as) => campus.send('DELETE', '/users/me', { as: { ...as }, json: { password } })))

  test('when all tokens are revoked, by another process', () =>
    ends(async () => {
      const storage = openDatabase(readConfig({ DATABASE_URL: campus.service.place.databaseUrl }).database)
      const deps = { storage, studentNumbers: studentNumberForm(), studentNumberKey: Buffer.alloc(32) }
      await createAccountAdministration(deps)
        .revokeAllTokens()
        .finally(() => storage.close())
      return undefined
    }))

  test('one by one, or all others at once, but never by another user', async () => {
    const who = await campus.register()
    const phone = await signIn(who, {
      'user-agent': 'Mozilla/5.0 (Linux; Android 15) Chrome/143.0 Mobile Safari/537.36',
    })
    const [laptop, tablet, stranger] = [await signIn(who), await signIn(who), await signIn(await campus.register())]
    const list = await devicesOf(phone)
    assert.deepEqual(
      list.map(({ device, current }) => [device, current]),
      [
        ['node', false],
        ['node', false],
        ['Chrome · Android', true],
      ],
    )
    const [last] = list
    for (const [as, id, status] of [
      [stranger, last?.id, 404],
      [phone, 'x', 404],
      [phone, last?.id, 204],
      [phone, last?.id, 404],
    ] as const)
      assert.equal((await campus.send('DELETE', `/users/me/sessions/${id}`, { as })).status, status)
    assert.deepEqual([await statusOf(laptop), await statusOf(tablet)], [200, 401])
    assert.equal((await campus.send('DELETE', '/users/me/sessions', { as: phone })).status, 204)
    assert.deepEqual([await statusOf(laptop), await statusOf(phone), await statusOf(stranger)], [401, 200, 200])
    assert.equal((await campus.send('DELETE', '/users/me/sessions', { as: bearer(who.token) })).status, 204)
    assert.equal(await statusOf(phone), 401)
  })
})
