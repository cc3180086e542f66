import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { basic, bearer, nobody } from './client.ts'
import { exchange, emptyBodies as framings, malformedTypes, request } from './raw-http.ts'
import { recordOf } from './resources.ts'
import { ago, ahead, assertNow, HOUR, MINUTE, SECOND, wire } from './wire-time.ts'

const api = openApi()
let ann: Account
const emptyTypes = ['text/plain', 'application/x-www-form-urlencoded', ...malformedTypes]

beforeEach(async () => {
  ann ??= await api.register()
})

async function recordCount(): Promise<number> {
  return (await api.records(ann)).count
}

test('starts nothing without credentials', async () => {
  assertUnauthorized(await api.post('/studys/', nobody, { start_time: ago(HOUR) }), 'Basic')
})

test('starts nothing with wrong credentials', async () => {
  const count = await recordCount()
  assertUnauthorized(await api.post('/studys/', basic(ann.username, 'a wrong password')), 'Basic')
  assertUnauthorized(await api.post('/studys/', bearer('no-token-at-all')), 'Bearer')
  assert.equal(await recordCount(), count)
})

test('rejects a start_time in another form, and starts nothing', async () => {
  const count = await recordCount()
  const otherForms = [
    ...[' ', 'now', '2017-03-25', '11:55:47', '2017-03-25 11:55', '2017-03-25T11:55:47', '2017-03-25 11:55:47Z'],
    ...['2017-03-25 11:55:47.000', '2017-03-25 11:55:47+08:00', ' 2017-03-25 11:55:47', '2017-03-25 11:55:47\n'],
    ...['2017-3-5 1:2:3', '2017/03/25 11:55:47', '2017-03-25  11:55:47', '17-03-25 11:55:47', '1490442947'],
    ...['２０１７-03-25 11:55:47', '+002017-03-25 11:55:47', 'Sat, 25 Mar 2017 11:55:47 GMT'],
  ]
  const noDates = [
    ...['2017-02-29 00:00:00', '2017-13-01 00:00:00', '2017-00-10 00:00:00', '2017-04-31 00:00:00'],
    ...['2017-03-25 24:00:00', '2017-03-25 11:60:00', '2017-03-25 11:55:60', '2017-03-00 00:00:00'],
  ]
  for (const start_time of [...otherForms, ...noDates, 0, 1490442947, true, [], [ago(HOUR)], {}]) {
    assertError(await api.post('/studys/', ann.as, { start_time }), 400)
  }
  assert.equal(await recordCount(), count)
})

test('rejects a body that is not an object, and starts nothing', async () => {
  const count = await recordCount()
  for (const body of ['[]', '[{}]', '"text"', '"2017-03-25 11:55:47"', '1', 'true', '{', 'start']) {
    const headers = { 'content-type': 'application/json' }
    assertError(await api.send('POST', '/studys/', { as: ann.as, headers, body }), 400, /JSON 对象/)
  }
  assert.equal(await recordCount(), count)
})

test('rejects a start more than a minute in the future', async () => {
  const count = await recordCount()
  for (const start_time of [ahead(100 * SECOND), ahead(HOUR), ahead(8 * HOUR), '9999-12-31 23:59:59']) {
    assertError(await api.post('/studys/', ann.as, { start_time }), 400)
  }
  assert.equal(await recordCount(), count)
  const carl = await api.register()
  const soon = ahead(40 * SECOND)
  assert.equal((await api.start(carl, soon)).start_time, soon)
})

test('a start without parameters starts now', async () => {
  for (const path of ['/studys/', '/studys']) {
    const reply = await api.post(path, ann.as)
    const record = recordOf(reply, 201)
    assertNow(record.start_time)
    assert.equal(record.end_time, null)
    assert.equal(record.creator, ann.user.url)
    assert.equal(reply.headers.get('location'), record.url)
    assert.deepEqual(await api.record(ann, record.id), record)
  }
})

test('an empty body, {}, null and no body all start now, whatever the content type', async () => {
  const { host } = new URL(api.origin)
  const head = ['POST /api/v1.0/studys/ HTTP/1.1', `Host: ${host}`, `Authorization: ${ann.as.authorization}`]
  for (const type of [[], ['Content-Type: application/json'], ['Content-Type: application/json; charset=utf-8']]) {
    for (const [framing, body] of framings) {
      const lines = [...head, ...type, ...framing, 'Connection: close']
      assertNow(recordOf(await exchange(api.origin, request(lines, body)), 201).start_time)
    }
  }
  for (const type of emptyTypes) {
    for (const [framing, body] of framings) {
      const lines = [...head, `Content-Type: ${type}`, ...framing, 'Connection: close']
      assertNow(recordOf(await exchange(api.origin, request(lines, body)), 201).start_time)
    }
  }
  for (const json of [{}, null, { start_time: null }, { start_time: '' }]) {
    assertNow(recordOf(await api.post('/studys/', ann.as, json), 201).start_time)
  }
})

test('stores a start_time to the second', async () => {
  const { start_time, end_time } = await api.start(await api.register(), ago(90 * MINUTE))
  assert.equal(start_time, wire(Math.floor(Date.parse(`${start_time}Z`) / 1000) * 1000))
  assert.equal(end_time, null)
  for (const past of ['2017-03-25 11:55:47', '2016-02-29 23:59:59', '2000-01-01 00:00:00']) {
    assert.equal((await api.start(ann, past)).start_time, past)
  }
})

test('rejects a start before 2000, and starts nothing', async () => {
  const count = await recordCount()
  for (const start_time of [
    '1999-12-31 23:59:59',
    '1969-12-31 23:59:59',
    '0008-11-25 12:00:00',
    '0000-01-01 00:00:00',
  ]) {
    assertError(await api.post('/studys/', ann.as, { start_time }), 400, /2000/)
  }
  assert.equal(await recordCount(), count)
})

test('ignores fields that the contract does not name', async () => {
  const start_time = ago(MINUTE)
  const body = { start_time, id: 1, creator: 'somebody', mood: [null] }
  const record = recordOf(await api.post('/studys/', ann.as, body), 201)
  assert.equal(record.start_time, start_time)
  assert.equal(record.creator, ann.user.url)
  assertNow(recordOf(await api.post('/studys/', ann.as, { mood: 'no start_time' }), 201).start_time)
})
