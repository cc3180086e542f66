import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { basic, bearer, nobody } from './client.ts'
import { exchange, emptyBodies as framings, malformedTypes, request } from './raw-http.ts'
import { recordOf, type StudyRecord } from './resources.ts'
import { ABSENT_IDS } from './routes.ts'
import { ago, ahead, assertNow, HOUR, later, MINUTE, SECOND } from './wire-time.ts'

const api = openApi()
let ann: Account
let bob: Account
let record: StudyRecord

before(async () => {
  ann = await api.register()
  bob = await api.register()
})

beforeEach(async () => {
  record = await api.start(ann, ago(HOUR))
})

async function assertUnchanged(): Promise<void> {
  assert.deepEqual(await api.record(ann, record.id), record)
}

test('ends nothing without credentials, and does not reveal whether a record exists', async () => {
  assertUnauthorized(await api.put(record.url, nobody), 'Basic')
  assertUnauthorized(await api.put('/studys/999999999', nobody), 'Basic')
  await assertUnchanged()
})

test('ends nothing with wrong credentials', async () => {
  assertUnauthorized(await api.put(record.url, basic(ann.username, bob.password)), 'Basic')
  assertUnauthorized(await api.put(record.url, bearer('no-token-at-all')), 'Bearer')
  await assertUnchanged()
})

test("does not end or correct another user's record", async () => {
  assertError(await api.put(record.url, bob.as), 403)
  assertError(await api.put(record.url, bob.as, { end_time: ago(MINUTE) }), 403)
  await assertUnchanged()
  record = await api.end(ann, record.id)
  assertError(await api.put(record.url, bob.as), 403)
  assertError(await api.put(record.url, bob.as, { end_time: ago(MINUTE) }), 403)
  await assertUnchanged()
})

test('returns 404 for a record that does not exist, whatever the id', async () => {
  for (const id of ABSENT_IDS) {
    assertError(await api.put(`/studys/${id}`, ann.as), 404)
    assertError(await api.put(`/studys/${id}`, ann.as, { end_time: ago(MINUTE) }), 404)
  }
})

test('rejects a bad end_time or body, and keeps the record unchanged', async () => {
  const forms = [
    'now',
    '2017-03-25',
    '2017-03-25T11:55:47',
    `${ago(MINUTE)}Z`,
    `${ago(MINUTE)}\n`,
    '2017-02-29 00:00:00',
  ]
  for (const end_time of [...forms, 0, 1490442947, true, [], {}]) {
    assertError(await api.put(record.url, ann.as, { end_time }), 400)
  }
  for (const body of ['[]', '"text"', '1', '{', `"${ago(MINUTE)}"`]) {
    const headers = { 'content-type': 'application/json' }
    assertError(await api.send('PUT', record.url, { as: ann.as, headers, body }), 400, /JSON 对象/)
  }
  await assertUnchanged()
})

test('rejects an end before the start or more than a minute in the future', async () => {
  const wrong = [
    ...[later(record.start_time, -61 * SECOND), '2017-03-25 11:55:47', '1999-12-31 23:59:59'],
    ...[ahead(100 * SECOND), ahead(8 * HOUR)],
  ]
  for (const end_time of wrong) assertError(await api.put(record.url, ann.as, { end_time }), 400)
  await assertUnchanged()
  record = await api.end(ann, record.id, ago(MINUTE))
  for (const end_time of wrong) assertError(await api.put(record.url, ann.as, { end_time }), 400)
  await assertUnchanged()
})

test('treats an end up to a minute before the start as the start', async () => {
  for (const seconds of [1, 59, 60]) {
    const end_time = later(record.start_time, -seconds * SECOND)
    assert.deepEqual(await api.end(ann, record.id, end_time), { ...record, end_time: record.start_time })
  }
})

test('an end without parameters ends now, and a second one changes nothing', async () => {
  const ended = recordOf(await api.put(record.url, ann.as))
  assertNow(ended.end_time)
  assert.deepEqual({ ...ended, end_time: null }, record)
  await api.end(ann, record.id, ago(30 * MINUTE))
  const corrected = await api.record(ann, record.id)
  for (const json of [undefined, null, {}, { note: 'x' }, { end_time: null }, { end_time: '' }]) {
    assert.deepEqual(recordOf(await api.put(record.url, ann.as, json)), corrected)
  }
})

test('an empty body, {}, null and no body all end now, whatever the content type', async () => {
  const { host, pathname } = new URL(record.url)
  const types = ['application/json', 'text/plain', ...malformedTypes].map((type) => [`Content-Type: ${type}`])
  for (const type of [[], ...types]) {
    for (const [framing, body] of framings) {
      const { id } = await api.start(ann)
      const path = pathname.replace(/\d+$/, String(id))
      const head = [`PUT ${path} HTTP/1.1`, `Host: ${host}`, `Authorization: ${ann.as.authorization}`]
      const lines = [...head, ...type, ...framing, 'Connection: close']
      assertNow(recordOf(await exchange(api.origin, request(lines, body))).end_time)
    }
  }
  for (const json of [{}, null, { end_time: null }, { end_time: '' }]) {
    assertNow(recordOf(await api.put((await api.start(ann)).url, ann.as, json)).end_time)
  }
})

test('stores an end_time to the second, from the start to a minute ahead', async () => {
  for (const end_time of [record.start_time, later(record.start_time, SECOND), ago(MINUTE), ahead(40 * SECOND)]) {
    const ended = { ...record, end_time }
    assert.deepEqual(await api.end(ann, record.id, end_time), ended)
    assert.deepEqual(await api.record(ann, record.id), ended)
  }
})

test('rejects an end that makes a record longer than sixteen hours, and keeps the record unchanged', async () => {
  record = await api.start(ann, '2017-03-25 11:55:47')
  for (const end_time of ['2017-03-25 12:00:00', '2017-03-26 03:55:47', '2017-03-25 11:55:47']) {
    assert.equal((await api.end(ann, record.id, end_time)).end_time, end_time)
  }
  record = await api.record(ann, record.id)
  for (const end_time of ['2017-03-26 03:55:48', '2019-01-01 00:00:00']) {
    assertError(await api.put(record.url, ann.as, { end_time }), 400, /时长上限/)
    await assertUnchanged()
  }
})

test('a correction may overlap other records, and does not change them', async () => {
  await api.end(ann, record.id, ago(50 * MINUTE))
  const other = await api.start(ann, ago(40 * MINUTE))
  await api.end(ann, record.id, ago(5 * MINUTE))
  assert.deepEqual(await api.record(ann, other.id), other)
})

test('changes only the end: the start, the creator and the id stay', async () => {
  const body = { end_time: ago(MINUTE), start_time: ago(2 * HOUR), id: 1, creator: bob.user.url }
  assert.deepEqual(recordOf(await api.put(record.url, ann.as, body)), { ...record, end_time: body.end_time })
})
