import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { nobody } from './client.ts'
import { pageOf, type StudyRecord } from './resources.ts'
import { ago, HOUR } from './wire-time.ts'

const api = openApi()
let ann: Account
let bob: Account
let record: StudyRecord

before(async () => {
  bob = await api.register()
})

beforeEach(async () => {
  ann = await api.register()
  const { id } = await api.start(ann, ago(2 * HOUR))
  record = await api.end(ann, id, ago(HOUR))
  await api.start(ann)
})

const settings = (json: unknown, as = ann.as) => api.put('/users/me/settings', as, json)
const listOfAll = async (query = '', as = bob.as) =>
  pageOf(await api.get(`/studys?per_page=100&order=desc${query}`, as))
const empty = { count: 0, next: null, prev: null, studys: [] }

test('requires credentials', async () => {
  assertUnauthorized(await api.get('/users/me/settings', nobody), 'Basic')
  assertUnauthorized(await settings({ visibility: 'only_me' }, nobody), 'Basic')
})

test("does not change another user's settings", async () => {
  await settings({ visibility: 'ranked_anonymously', daily_goal_minutes: 90 }, bob.as)
  assert.deepEqual((await api.get('/users/me/settings', ann.as)).body, {
    visibility: 'everyone',
    daily_goal_minutes: null,
  })
  await settings({ visibility: 'everyone', daily_goal_minutes: null }, bob.as)
})

test('a bad body changes nothing, and the error names the setting', async () => {
  for (const visibility of ['nobody', 'ONLY_ME', null, 5, '', ['only_me']])
    assertError(await settings({ visibility, daily_goal_minutes: 5 }), 400, /visibility/)
  for (const daily_goal_minutes of [0, -1, 1441, 1.5, '90', true, [90]])
    assertError(await settings({ visibility: 'only_me', daily_goal_minutes }), 400, /daily_goal_minutes/)
  for (const json of [[], 'only_me', 5]) assertError(await settings(json), 400)
  assert.deepEqual((await api.get('/users/me/settings', ann.as)).body, {
    visibility: 'everyone',
    daily_goal_minutes: null,
  })
})

test('changes the given settings and keeps the others', async () => {
  const steps: [json: object, now: object][] = [
    [{ daily_goal_minutes: 120 }, { visibility: 'everyone', daily_goal_minutes: 120 }],
    [{ visibility: 'ranked_anonymously' }, { visibility: 'ranked_anonymously', daily_goal_minutes: 120 }],
    [{}, { visibility: 'ranked_anonymously', daily_goal_minutes: 120 }],
    [{ daily_goal_minutes: null }, { visibility: 'ranked_anonymously', daily_goal_minutes: null }],
  ]
  for (const [json, now] of steps) {
    assert.deepEqual((await settings(json)).body, now)
    assert.deepEqual((await api.get('/users/me/settings', ann.as)).body, now)
  }
  assert.equal(
    (await listOfAll()).studys.some(({ id }) => id === record.id),
    true,
  )
})

test("only_me hides the records from everyone else, but not from the owner's routes", async () => {
  const before = await listOfAll()
  const running = await listOfAll('&running=true')
  assert.equal((await settings({ visibility: 'only_me' })).status, 200)
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'])
    assertError(await api.send(method, `/studys/${record.id}`, { as: bob.as }), 404)
  assert.deepEqual((await api.get(`/users/${ann.id}/studys/`, bob.as)).body, empty)
  assert.deepEqual((await api.get(`/users/${ann.id}/studys/?running=true`, bob.as)).body, empty)
  const after = await listOfAll()
  assert.equal(after.count, before.count - 2)
  assert.equal((await listOfAll('&running=true')).count, running.count - 1)
  assert.ok(after.studys.every(({ creator }) => creator !== ann.user.url))
  assert.equal(
    (await listOfAll('&running=true')).studys.some(({ creator }) => creator === ann.user.url),
    false,
  )
  assert.equal((await api.get(`/users/${ann.id}`, bob.as)).status, 200)

  assert.equal((await api.record(ann, record.id)).id, record.id)
  assert.equal((await api.records(ann)).count, 2)
  assert.equal(((await api.get('/users/me/studys', ann.as)).body as { count: number }).count, 2)
})

test('records written while hidden are hidden, and all reappear with everyone', async () => {
  const before = await listOfAll()
  await settings({ visibility: 'only_me' })
  await api.start(ann)
  const { id } = await api.start(ann, ago(5 * HOUR))
  await api.send('DELETE', `/studys/${record.id}`, { as: ann.as })
  assert.equal((await listOfAll()).count, before.count - 2)
  assertError(await api.get(`/studys/${id}`, bob.as), 404)
  await settings({ visibility: 'ranked_anonymously' })
  assert.equal((await listOfAll()).count, before.count + 1)
  assert.equal((await api.get(`/studys/${id}`, bob.as)).status, 200)
  assert.equal((await api.records(ann)).count, 3)
  assert.equal(pageOf(await api.get(`/users/${ann.id}/studys/`, bob.as)).count, 3)
})

test('a change invalidates cached pages', async () => {
  const bobs = () => api.get(`/users/${ann.id}/studys/`, bob.as)
  for (let time = 0; time < 3; time++) {
    assert.equal(pageOf(await bobs()).count, 2)
    await settings({ visibility: 'only_me' })
    assert.equal((await api.records(ann)).count, 2)
    assert.deepEqual((await bobs()).body, empty)
    await settings({ visibility: 'everyone' })
  }
})

test('many concurrent switches keep the counts correct', async () => {
  const before = await listOfAll()
  const switches = Array.from({ length: 10 }, (_, at) => settings({ visibility: at % 2 ? 'everyone' : 'only_me' }))
  await Promise.all([...switches, ...Array.from({ length: 5 }, () => api.start(ann))])
  await settings({ visibility: 'everyone' })
  assert.equal((await listOfAll()).count, before.count + 5)
  await settings({ visibility: 'only_me' })
  assert.equal((await listOfAll()).count, before.count - 2)
})
