import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { basic, bearer, type Call, type Credentials, nobody, type Reply, send } from '../contract/client.ts'
import { openCampus } from './campus.ts'
import { signIn } from './signed-in.ts'

const campus = openCampus()

interface Keyed {
  path: string
  status: number
  /** The credentials of the request. */
  as: Credentials
  /** The credentials that are valid after the request, if they differ. */
  asAgain?: Credentials
  json?: object
  otherJson?: object
}

/** A request of each operation that writes, by method and path as in the document. */
const operations: Record<string, () => Promise<Keyed>> = {
  'POST /register': async () => {
    const json = campus.newcomer()
    return { path: '/register', status: 201, as: nobody, json, otherJson: { ...json, password: 'another password' } }
  },
  'POST /register/challenge': async () => ({ path: '/register/challenge', status: 200, as: nobody }),
  'POST /recover': async () => {
    const { stu_id, stu_pwd } = await campus.register()
    const json = { stu_id, stu_pwd, password: 'an even quieter room' }
    return { path: '/recover', status: 200, as: nobody, json, otherJson: { ...json, password: 'another password' } }
  },
  'PUT /users/me': async () => {
    const { username, password } = await campus.register()
    const json = { password, new_password: 'an even quieter room' }
    const otherJson = { ...json, username: `${username}2` }
    const asAgain = basic(username, json.new_password)
    return { path: '/users/me', status: 200, as: basic(username, password), asAgain, json, otherJson }
  },
  'DELETE /users/me/sessions': async () => ({ path: '/users/me/sessions', status: 204, as: await known() }),
  'DELETE /users/me/sessions/{session_id}': async () => {
    const { username, password, token } = await campus.register()
    const as = bearer(token)
    await signIn(campus.service.address, { username, password })
    const { body } = await campus.send('GET', '/users/me/sessions', { as })
    const { sessions } = body as { sessions: { id: number }[] }
    return { path: `/users/me/sessions/${sessions[0]?.id}`, status: 204, as }
  },
  'POST /studys/batch': async () => {
    const json = { items: [{ action: 'start' }, { action: 'end', id: 0 }] }
    return { path: '/studys/batch', status: 200, as: await known(), json, otherJson: { items: [] } }
  },
  'PUT /users/me/settings': async () => {
    const as = await known()
    return { path: '/users/me/settings', status: 200, as, json: { visibility: 'only_me' }, otherJson: {} }
  },
  'POST /users/me/student-number': async () => {
    const { username, password } = await campus.register()
    const { stu_id, stu_pwd } = campus.newcomer()
    const json = { stu_id, stu_pwd, password }
    const as = basic(username, password)
    return { path: '/users/me/student-number', status: 200, as, json, otherJson: { ...json, stu_id: '1234567890' } }
  },
  'POST /studys/': async () => ({
    path: '/studys/',
    status: 201,
    as: await known(),
    json: { subject: '高等数学' },
    otherJson: { subject: '大学英语' },
  }),
  'POST /studys/running/heartbeat': async () => {
    const { as } = await studying()
    return { path: '/studys/running/heartbeat', status: 204, as }
  },
  'PUT /studys/running': async () => {
    const { as } = await studying()
    return { path: '/studys/running', status: 200, as, otherJson: { end_time: '2017-03-25 12:00:00' } }
  },
  'PUT /studys/{study_id}': async () => {
    const { as, path } = await studying()
    return { path, status: 200, as, otherJson: { end_time: '2017-03-25 12:00:00' } }
  },
  'PATCH /studys/{study_id}': async () => {
    const { as, path } = await studying()
    return { path, status: 200, as, json: { note: '第三章' }, otherJson: { note: '第四章' } }
  },
  'DELETE /studys/{study_id}': async () => {
    const { as, path } = await studying()
    return { path, status: 204, as }
  },
}

/** Their responses are not stored: nobody could ask for them again, or they contain a cookie that is stored nowhere. */
const withoutRepeat = ['DELETE /users/me', 'POST /session', 'DELETE /session']

for (const [operation, prepare] of Object.entries(operations)) {
  test(`${operation} runs once per key, and a repeat gets the same response`, async () => {
    const { path, status, as, asAgain = as, json, otherJson } = await prepare()
    const method = operation.split(' ')[0] ?? ''
    const key = randomUUID()
    const first = await keyed(method, path, key, { as, json })
    assert.equal(first.status, status, first.text)
    for (const again of [path, `${path}/`.replace('//', '/')]) {
      const repeat = await keyed(method, again, key, { as: asAgain, json })
      assert.deepEqual(comparable(repeat), comparable(first))
    }
    if (otherJson) assertReused(await keyed(method, path, key, { as: asAgain, json: otherJson }))
    const elsewhere = as === nobody && path !== '/register' ? '/register' : '/studys/'
    if (!path.startsWith('/register')) {
      const other = elsewhere === '/register' ? campus.newcomer() : undefined
      assertReused(await keyed('POST', elsewhere, key, { as: asAgain, json: other ?? { note: 'another request' } }))
    }
  })
}

test('the document lists the header, 409 and 422 for each operation that writes, and a test covers each', async () => {
  const { body } = await send('GET', `${campus.service.address}/openapi.json`)
  const { paths } = body as {
    paths: Record<string, Record<string, { parameters?: { name: string }[]; responses: object }>>
  }
  const writing: string[] = []
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { parameters = [], responses }] of Object.entries(methods)) {
      const acceptsKey = parameters.some(({ name }) => name === 'Idempotency-Key')
      assert.equal(acceptsKey, method !== 'get', `${method} ${path}`)
      if (!acceptsKey) continue
      for (const status of ['400', '409', '422']) assert.ok(status in responses, `${method} ${path} ${status}`)
      writing.push(`${method.toUpperCase()} ${path.replace('/api/v1.0', '')}`)
    }
  }
  assert.deepEqual(writing.sort(), [...Object.keys(operations), ...withoutRepeat].sort())
})

test('a repeat writes nothing: one record, one account, one login at the school', async () => {
  const as = await known()
  const key = randomUUID()
  for (let time = 0; time < 3; time += 1) await keyed('POST', '/studys/', key, { as, json: { note: '' } })
  assert.equal(await recordsOf(as), 1)

  const newcomer = campus.newcomer()
  const asked = () => campus.school.seen.logons
  const before = asked()
  for (let time = 0; time < 3; time += 1)
    assert.equal((await keyed('POST', '/register', key, { json: newcomer })).status, 201)
  assert.equal(asked() - before, 1)
})

test("without credentials, for another user's record and with a bad body, the key changes nothing and stays free", async () => {
  const { as, path } = await studying()
  const other = await known()
  const key = randomUUID()
  assert.equal((await keyed('POST', '/studys/', key)).status, 401)
  assert.equal((await keyed('DELETE', path, key, { as: other })).status, 403)
  assert.equal((await keyed('PATCH', path, key, { as, json: { note: 1 } })).status, 400)
  assert.equal((await keyed('PATCH', path, key, { as, json: { end_time: '2999-01-01 00:00:00' } })).status, 400)
  assert.equal((await keyed('PATCH', path, key, { as, json: { note: '改正了' } })).status, 200)
})

test('a key is 1 to 128 visible ASCII characters', async () => {
  const as = await known()
  for (const key of ['x', 'k'.repeat(128), '!~"quoted"', '8e03978e-40d5-43dd-bc93-6894a57f9324'])
    assert.equal((await keyed('POST', '/studys/', key, { as })).status, 201, key)
  const count = await recordsOf(as)
  for (const key of ['', 'k'.repeat(129), 'two words', 'one, two', 'caf\u00e9', 'a\tb']) {
    const { status, body } = await keyed('POST', '/studys/', key, { as })
    assert.equal(status, 400, key)
    assert.match((body as { message: string }).message, /Idempotency-Key.*128/)
  }
  assert.equal(await recordsOf(as), count)
})

test('the same key of another account is a different key', async () => {
  const [ann, bob] = [await known(), await known()]
  const key = randomUUID()
  const [first, second] = [
    await keyed('POST', '/studys/', key, { as: ann }),
    await keyed('POST', '/studys/', key, { as: bob }),
  ]
  assert.deepEqual([first.status, second.status], [201, 201])
  assert.notEqual(idOf(first), idOf(second))
})

test("the same key in another person's registration is refused, and reveals nothing of the first", async () => {
  const key = randomUUID()
  const [ann, bob] = [campus.newcomer(), campus.newcomer()]
  assert.equal((await keyed('POST', '/register', key, { json: ann })).status, 201)
  const refused = await keyed('POST', '/register', key, { json: bob })
  assertReused(refused)
  assert.ok(!refused.text.includes(ann.username))
  assert.equal((await keyed('POST', '/register', randomUUID(), { json: bob })).status, 201)
})

test('fifty identical requests at once create one record; each gets the same response or 409', async () => {
  const as = await known()
  const key = randomUUID()
  const all = await Promise.all(Array.from({ length: 50 }, () => keyed('POST', '/studys/', key, { as })))
  const done = all.filter(({ status }) => status === 201)
  assert.ok(done.length > 0)
  assert.deepEqual(new Set(done.map(({ text }) => text)).size, 1)
  for (const { status, body } of all.filter((one) => !done.includes(one))) {
    assert.equal(status, 409)
    assert.equal((body as { error: string }).error, 'conflict')
  }
  assert.equal(await recordsOf(as), 1)
})

test('a registration in progress returns 409 for a repeat, 422 for another body, then the stored response', async () => {
  const key = randomUUID()
  const json = campus.newcomer()
  const all = await Promise.all(Array.from({ length: 5 }, () => keyed('POST', '/register', key, { json })))
  assert.deepEqual(all.map(({ status }) => status).sort(), [201, 409, 409, 409, 409])
  const other = campus.newcomer()
  const [first, second] = await Promise.all([
    keyed('POST', '/register', `${key}2`, { json: other }),
    keyed('POST', '/register', `${key}2`, { json: { ...other, password: 'another password' } }),
  ])
  assert.deepEqual([first.status, second.status].sort(), [201, 422])
})

test('a registration that the school refused can be sent again with its key', async () => {
  const key = randomUUID()
  const json = campus.newcomer()
  assert.equal((await keyed('POST', '/register', key, { json: { ...json, stu_pwd: 'wrong' } })).status, 400)
  assert.equal((await keyed('POST', '/register', key, { json })).status, 201)
})

test('deleting an account deletes its keys: the same registration then creates another account', async () => {
  const key = randomUUID()
  const json = campus.newcomer()
  const first = await keyed('POST', '/register', key, { json })
  const as = basic(json.username, json.password)
  const removal = { as, json: { password: json.password } }
  await keyed('PUT', '/users/me/settings', `${key}2`, { as, json: {} })
  assertReused(await keyed('DELETE', '/users/me', `${key}2`, removal))
  assert.equal((await keyed('DELETE', '/users/me', `${key}3`, removal)).status, 204)
  assert.equal((await keyed('DELETE', '/users/me', `${key}3`, removal)).status, 401)
  const second = await keyed('POST', '/register', key, { json })
  assert.equal(second.status, 201)
  assert.notEqual(second.headers.get('location'), first.headers.get('location'))
})

test('after a change of password the old one is rejected, and the new one gets the same response', async () => {
  const { username, password } = await campus.register()
  const json = { password, new_password: 'an even quieter room' }
  const key = randomUUID()
  const first = await keyed('PUT', '/users/me', key, { as: basic(username, password), json })
  assert.equal((await keyed('PUT', '/users/me', key, { as: basic(username, password), json })).status, 401)
  const again = await keyed('PUT', '/users/me', key, { as: basic(username, json.new_password), json })
  assert.deepEqual(comparable(again), comparable(first))
})

test('another order of fields and other white space make the same request', async () => {
  const as = await known()
  const key = randomUUID()
  const type = { 'content-type': 'application/json' }
  const call = (body: string) =>
    campus.send('POST', '/studys/', { as, body, headers: { ...type, 'idempotency-key': key } })
  const first = await call('{"subject":"a","note":"b"}')
  assert.equal((await call('{ "note": "b", "subject": "a" }')).text, first.text)
})

test('without the header the same request runs again', async () => {
  const as = await known()
  const [first, second] = [await campus.post('/studys/', {}, { as }), await campus.post('/studys/', {}, { as })]
  assert.deepEqual([first.status, second.status], [201, 201])
  assert.equal(await recordsOf(as), 2)
})

test('neither the key nor a password of a request with a key is stored anywhere', async () => {
  const newcomer = campus.newcomer()
  const key = `canary-${randomUUID()}`
  await keyed('POST', '/register', key, { json: newcomer })
  await campus.assertStoredNowhere([key, newcomer.password, newcomer.stu_pwd, newcomer.stu_id])
})

function keyed(method: string, path: string, key: string, call: Call = {}): Promise<Reply> {
  return campus.send(method, path, { ...call, headers: { 'idempotency-key': key } })
}

async function known(): Promise<Credentials> {
  return bearer((await campus.register()).token)
}

async function studying(): Promise<{ as: Credentials; path: string }> {
  const as = await known()
  const started = await campus.post('/studys/', {}, { as })
  return { as, path: `/studys/${idOf(started)}` }
}

function idOf({ body }: Reply): number {
  return (body as { id: number }).id
}

async function recordsOf(as: Credentials): Promise<number> {
  return ((await campus.send('GET', '/users/me/studys', { as })).body as { count: number }).count
}

function assertReused({ status, text, body }: Reply): void {
  assert.equal(status, 422, text)
  assert.equal((body as { error: string }).error, 'unprocessable content')
}

/** All headers except those of the single response and its connection. */
function comparable({ status, headers, text }: Reply) {
  const own = ['date', 'x-request-id', 'connection', 'keep-alive']
  return { status, headers: Object.fromEntries([...headers].filter(([name]) => !own.includes(name))), text }
}
