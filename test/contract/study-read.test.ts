import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { basic, bearer, nobody } from './client.ts'
import { pageOf, recordOf, type StudyRecord } from './resources.ts'
import { ABSENT_IDS } from './routes.ts'
import { ago, HOUR } from './wire-time.ts'

const api = openApi()
let ann: Account
let bob: Account
let running: StudyRecord

before(async () => {
  ann = await api.register()
  bob = await api.register()
  running = await api.start(ann, ago(HOUR))
})

test('does not reveal whether a record exists without credentials', async () => {
  for (const path of [`/studys/${running.id}`, '/studys/999999999', '/studys']) {
    assertUnauthorized(await api.get(path, nobody), 'Basic')
  }
})

test('returns 401 for wrong credentials', async () => {
  for (const path of [`/studys/${running.id}`, '/studys']) {
    assertUnauthorized(await api.get(path, basic(ann.username, bob.password)), 'Basic')
    assertUnauthorized(await api.get(path, bearer('no-token-at-all')), 'Bearer')
  }
})

test("returns another user's record like one's own", async () => {
  for (const as of [ann.as, bob.as]) assert.deepEqual(recordOf(await api.get(`/studys/${running.id}`, as)), running)
  assert.equal(running.creator, ann.user.url)
  assert.equal(running.end_time, null)
})

test('returns 404 for a record that does not exist, whatever the id', async () => {
  for (const id of ABSENT_IDS) assertError(await api.get(`/studys/${id}`, ann.as), 404)
})

test('records of all users have unique ids', async () => {
  const ids = new Set<number>()
  for (const account of [ann, bob, ann, bob]) ids.add((await api.start(account)).id)
  assert.equal(ids.size, 4)
})

test('the list of all users returns records as their own routes do', async () => {
  const own = await api.start(bob, ago(HOUR))
  const page = pageOf(await api.get('/studys?per_page=100&order=desc', ann.as))
  for (const id of [own.id, running.id]) {
    const listed = page.studys.find((record) => record.id === id)
    assert.deepEqual(listed, await api.record(ann, id))
  }
})
