import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { basic, bearer } from '../contract/client.ts'
import { startCasServer } from '../schools/cas-server.ts'
import { type Service, startService } from '../support/service.ts'
import { type DescribedApi, openDescribedApi } from './described-responses.ts'

const ann = { username: 'ann', password: 'a quiet reading room' }
const bob = { username: '张三', password: '图书馆里真的很安静' }
const [annKnown, bobKnown] = [basic(ann.username, ann.password), basic(bob.username, bob.password)]

let service: Service
let api: DescribedApi
before(async () => {
  service = await startService()
  api = await openDescribedApi(service.address)
})
after(() => service.close())

test('every response of a tour matches the document', async () => {
  const { ask } = api
  const [first, second, third] = demoStudents.map(({ studentNumber, schoolPassword }) => ({
    stu_id: studentNumber,
    stu_pwd: schoolPassword,
  }))
  assert.equal((await ask('POST', '/register', { json: { ...ann, ...first } })).status, 201)
  assert.equal((await ask('POST', '/register', { json: { ...bob, ...second } })).status, 201)
  for (const json of [{}, { ...ann, ...third }, { ...ann, username: 'eve', ...third, stu_pwd: 'wrong' }]) {
    assert.equal((await ask('POST', '/register', { json })).status, 400)
  }
  await refuseBodies('POST', '/register')
  assert.equal((await ask('POST', '/recover', { json: { ...first, password: ann.password } })).status, 200)
  assert.equal((await ask('POST', '/recover', { json: { ...third, password: ann.password } })).status, 404)
  assert.equal((await ask('POST', '/register/challenge')).status, 200)

  const oldToken = await tokenOf(annKnown)
  for (const as of [{}, basic('ann', 'wrong'), oldToken]) assert.equal((await ask('GET', '/token', { as })).status, 401)
  const another = { ...third, password: ann.password }
  await ask('POST', '/users/me/student-number', { as: oldToken, json: another })
  for (const [json, status] of [
    [third, 400],
    [{ ...third, password: 'another one' }, 401],
    [another, 200],
  ] as const) {
    assert.equal((await ask('POST', '/users/me/student-number', { as: annKnown, json })).status, status)
  }
  const byToken = await tokenOf(annKnown)
  for (const id of ['me', 1, 'x', 99]) await ask('GET', `/users/${id}`, { as: byToken })

  assert.equal((await ask('POST', '/studys/', { as: byToken })).status, 201)
  assert.equal((await ask('POST', '/studys/', { as: byToken, json: { start_time: 'soon' } })).status, 400)
  await refuseBodies('POST', '/studys/')
  assert.equal((await ask('GET', '/studys/1', { as: byToken })).status, 200)
  assert.equal((await ask('PUT', '/studys/1', { as: bobKnown })).status, 403)
  assert.equal((await ask('PUT', '/studys/1', { as: byToken, json: { end_time: '' } })).status, 200)
  assert.equal((await ask('PUT', '/studys/1', { as: byToken, json: { end_time: '2999-01-01 00:00:00' } })).status, 400)
  assert.equal((await ask('PUT', '/studys/x', { as: byToken })).status, 404)
  for (const path of ['/studys', '/users/1/studys/', '/users/99/studys/', '/studys/99']) {
    for (const as of [byToken, {}]) await ask('GET', path, { as })
  }
  for (const query of ['per_page=1', 'per_page=x', 'cursor=x']) await ask('GET', `/studys?${query}`, { as: byToken })
  for (const query of ['from=x', 'from=2020-01-01%2000:00:00', 'running=false&order=desc']) {
    await ask('GET', `/users/1/studys/?${query}`, { as: byToken })
  }
})

test('every response about own records, settings and the own account matches the document', async () => {
  const { ask } = api
  const as = await tokenOf(annKnown)
  for (const [method, path] of [
    ['GET', '/studys/running'],
    ['PUT', '/studys/running'],
    ['POST', '/studys/running/heartbeat'],
  ] as const) {
    assert.equal((await ask(method, path, { as })).status, 404)
    assert.equal((await ask(method, path)).status, 401)
  }
  const texts = { subject: '高等数学', note: '第三章' }
  const { id } = (await ask('POST', '/studys/', { as, json: texts })).body as { id: number }
  assert.equal((await ask('POST', '/studys/', { as, json: { subject: 'x'.repeat(41) } })).status, 400)
  assert.equal((await ask('GET', '/studys/running', { as })).status, 200)
  assert.equal((await ask('POST', '/studys/running/heartbeat', { as })).status, 204)
  assert.equal((await ask('PUT', '/studys/running', { as, json: { end_time: 'soon' } })).status, 400)
  await refuseBodies('PUT', '/studys/running')
  assert.equal((await ask('PUT', '/studys/running', { as })).status, 200)
  for (const query of ['', '?per_page=1', '?running=false', '?per_page=x', '?from=x', '?cursor=x'])
    await ask('GET', `/users/me/studys${query}`, { as })

  const items = [
    { key: 'one', action: 'record', start_time: '2017-03-25 11:55:47', end_time: '2017-03-25 11:56:47' },
    { key: 'two', action: 'start', start_time: '2017-03-26 11:55:47' },
    { key: 'three', action: 'edit', record_key: 'none', note: 'none' },
    { key: 'four', action: 'delete', record_key: 'one' },
    { key: 'four', action: 'delete', record_key: 'two' },
    5,
  ]
  assert.equal((await ask('POST', '/studys/batch', { as, json: { items } })).status, 200)
  assert.equal((await ask('POST', '/studys/batch', { as, json: { items: Array(501).fill({}) } })).status, 413)
  assert.equal((await ask('POST', '/studys/batch', { as, json: {} })).status, 400)
  assert.equal((await ask('POST', '/studys/batch', { json: { items } })).status, 401)
  await refuseBodies('POST', '/studys/batch', 2 * 1024 * 1024)
  for (const [query, status] of [
    ['', 200],
    ['?per_page=1', 200],
    ['?since=x', 400],
    ['?per_page=x', 400],
  ] as const) {
    assert.equal((await ask('GET', `/users/me/changes${query}`, { as })).status, status)
  }
  assert.equal((await ask('GET', '/users/me/changes')).status, 401)

  assert.equal((await ask('PATCH', `/studys/${id}`, { as, json: { note: null } })).status, 200)
  assert.equal((await ask('PATCH', `/studys/${id}`, { as, json: { note: 1 } })).status, 400)
  await refuseBodies('PATCH', `/studys/${id}`)
  for (const [method, where, known, status] of [
    ['PATCH', id, bobKnown, 403],
    ['PATCH', 'x', as, 404],
    ['DELETE', id, bobKnown, 403],
    ['DELETE', id, as, 204],
    ['DELETE', id, as, 404],
  ] as const) {
    assert.equal((await ask(method, `/studys/${where}`, { as: known })).status, status)
  }

  for (const [path, status] of [
    ['week', 200],
    ['day?date=2026-11-26&per_page=1', 200],
    ['month?date=2026-02-30', 400],
    ['week?cursor=x', 400],
    ['term', 404],
  ] as const) {
    assert.equal((await ask('GET', `/leaderboards/${path}`, { as })).status, status)
  }

  assert.equal((await ask('GET', '/users/me/settings', { as })).status, 200)
  assert.equal((await ask('PUT', '/users/me/settings', { as, json: { daily_goal_minutes: 0 } })).status, 400)
  await refuseBodies('PUT', '/users/me/settings')
  for (const [key, goal, status] of [
    ['one-key', 60, 200],
    ['one-key', 60, 200],
    ['one-key', 90, 422],
    ['two keys', 90, 400],
  ] as const) {
    const call = { as, json: { daily_goal_minutes: goal }, headers: { 'idempotency-key': key } }
    assert.equal((await ask('PUT', '/users/me/settings', call)).status, status)
  }
  assert.equal((await ask('PUT', '/users/me/settings', { as, json: { visibility: 'only_me' } })).status, 200)

  for (const query of ['', '?format=json', '?format=csv', '?format=ics'])
    assert.equal((await ask('GET', `/users/me/export${query}`, { as })).status, 200)
  assert.equal((await ask('GET', '/users/me/export?format=xlsx', { as })).status, 400)
  assert.equal((await ask('GET', '/users/me/export')).status, 401)

  const { password } = ann
  for (const [json, status] of [
    [{ password }, 400],
    [{ password: 'another one', username: 'eve' }, 401],
    [{ password, username: bob.username }, 400],
    [{ password, new_password: '12345678' }, 400],
    [{ password, username: 'Ann' }, 200],
  ] as const) {
    assert.equal((await ask('PUT', '/users/me', { as, json })).status, status)
  }
  await refuseBodies('PUT', '/users/me')
  await refuseBodies('DELETE', '/users/me')
  for (const [json, status] of [
    [{}, 400],
    [{ password: 'another one' }, 401],
    [{ password }, 204],
    [{ password }, 401],
  ] as const) {
    assert.equal((await ask('DELETE', '/users/me', { as, json })).status, status)
  }
})

test('every response about sessions and the service matches the document', async () => {
  const { ask } = api
  const json = { username: bob.username, password: bob.password }
  assert.equal((await ask('GET', '/service')).status, 200)
  assert.equal((await ask('POST', '/session', { json: { ...json, password: 'another one' } })).status, 401)
  assert.equal((await ask('POST', '/session', { json: {} })).status, 400)
  await refuseBodies('POST', '/session')
  const foreign = { origin: 'https://evil.example' }
  assert.equal((await ask('POST', '/session', { json, headers: foreign })).status, 403)
  const [cookie = ''] = (await ask('POST', '/session', { json })).headers.getSetCookie()
  const as = { cookie: cookie.split(';')[0] ?? '', origin: service.address }
  for (const path of ['/session', '/users/me/sessions']) {
    assert.equal((await ask('GET', path, { as })).status, 200)
    assert.equal((await ask('GET', path)).status, 401)
  }
  assert.equal((await ask('DELETE', '/users/me/sessions', { as })).status, 204)
  assert.equal((await ask('DELETE', '/users/me/sessions')).status, 401)
  assert.equal((await ask('DELETE', '/session', { as: { cookie: as.cookie } })).status, 403)
  for (const [id, status] of [
    ['99', 404],
    ['x', 404],
    ['1', 204],
    ['1', 401],
  ] as const)
    assert.equal((await ask('DELETE', `/users/me/sessions/${id}`, { as })).status, status)
  assert.equal((await ask('DELETE', '/session', { as })).status, 204)
})

test('every response about who studies now matches the document', async () => {
  const { ask } = api
  for (const path of ['/live', '/live/students']) {
    assert.equal((await ask('GET', path, { as: bobKnown })).status, 200)
    assert.equal((await ask('GET', path)).status, 401)
  }
  assert.equal((await ask('POST', '/studys/', { as: bobKnown })).status, 201)
  assert.equal((await ask('GET', '/live/students', { as: bobKnown })).status, 200)
  for (const query of ['per_page=x', 'cursor=x'])
    assert.equal((await ask('GET', `/live/students?${query}`, { as: bobKnown })).status, 400)
})

test('every response about statistics and the ledger matches the document', async () => {
  const { ask } = api
  const as = await tokenOf(bobKnown)
  for (const [path, status] of [
    ['/users/2/statistics', 200],
    ['/users/2/statistics?from=2024-02-29&to=2024-03-01', 200],
    ['/users/2/statistics?from=2023-02-29', 400],
    ['/users/2/statistics?from=2024-02-29&to=2024-02-28', 400],
    ['/users/2/statistics?from=2024-01-01&to=2025-02-04', 400],
    ['/users/99/statistics', 404],
    ['/users/me/ledger', 200],
    ['/users/me/ledger?day=2024-02-29', 200],
    ['/users/me/ledger?day=today', 400],
  ] as const) {
    assert.equal((await ask('GET', path, { as })).status, status, path)
    assert.equal((await ask('GET', path)).status, 401)
  }
})

async function tokenOf(as: Record<string, string>): Promise<Record<string, string>> {
  const { body } = await api.ask('GET', '/token', { as })
  return bearer((body as { token: string }).token)
}

async function refuseBodies(method: string, path: string, largest = 64 * 1024): Promise<void> {
  const post = (body: string, type = 'application/json') =>
    api.ask(method, path, { as: annKnown, body, headers: { 'content-type': type } })
  assert.equal((await post('[]')).status, 400)
  assert.equal((await post('{}', 'text/plain')).status, 415)
  assert.equal((await post(`"${'x'.repeat(largest)}"`)).status, 413)
}

test('the tours call every operation', () => {
  const met = [...api.seen].map((one) => one.replace(/ \d+$/, ''))
  const all = Object.entries(api.document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  assert.deepEqual([...new Set(met)].sort(), all.sort())
})

test('the document contains the responses to guessing', async (t) => {
  const throttled = await startService({ THROTTLE: 'on' })
  t.after(() => throttled.close())
  const { ask, seen } = await openDescribedApi(throttled.address)
  for (let guess = 0; guess < 25; guess += 1) await ask('GET', '/users/me', { as: basic('ann', 'wrong') })
  assert.ok([...seen].some((one) => one.endsWith(' 429')))
})

test('the document describes a school with its own login page', async (t) => {
  const school = await startCasServer([])
  t.after(() => school.close())
  const byCas = await startService({ SCHOOL: 'cas', SCHOOL_URL: school.url })
  t.after(() => byCas.close())
  const { ask } = await openDescribedApi(byCas.address)
  assert.equal((await ask('GET', '/register/cas')).status, 302)
  assert.equal((await ask('GET', '/register/cas?return=elsewhere')).status, 400)
  assert.equal((await ask('GET', '/register/cas/callback')).status, 400)
  const web = { as: { cookie: `occupy_cas=${'x'.repeat(43)}.web` } }
  assert.equal((await ask('GET', '/register/cas/callback?ticket=ST-1&state=x', web)).status, 303)
  assert.equal((await ask('GET', '/register/cas/callback?ticket=ST-1&state=x')).status, 400)
})
