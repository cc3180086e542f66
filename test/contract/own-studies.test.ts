import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { nobody } from './client.ts'
import { ownOf } from './own-records.ts'
import { recordOf, userOf } from './resources.ts'
import { ago, assertNow, HOUR, later, MINUTE } from './wire-time.ts'

const api = openApi()
let ann: Account
let bob: Account

before(async () => {
  bob = await api.register()
})

beforeEach(async () => {
  ann = await api.register()
})

const running = () => api.get('/studys/running', ann.as)

test('requires credentials', async () => {
  for (const [method, path] of [
    ...[['GET', '/users/me'] as const, ['GET', '/users/me/studys'] as const, ['GET', '/studys/running'] as const],
    ...[['PUT', '/studys/running'] as const, ['POST', '/studys/running/heartbeat'] as const],
  ]) {
    assertUnauthorized(await api.send(method, path, { as: nobody }), 'Basic')
  }
})

test("does not return or change other users' records", async () => {
  const { id } = await api.start(bob)
  assertError(await running(), 404)
  assertError(await api.put('/studys/running', ann.as), 404)
  assertError(await api.post('/studys/running/heartbeat', ann.as), 404)
  const { body } = await api.get('/users/me/studys', ann.as)
  assert.deepEqual(body, { count: 0, next: null, prev: null, studys: [] })
  assert.equal((await api.record(bob, id)).end_time, null)
})

test('a bad body ends nothing', async () => {
  await api.start(ann)
  for (const json of [{ end_time: 'now' }, { end_time: 5 }, [], 'x'])
    assertError(await api.put('/studys/running', ann.as, json), 400)
  ownOf(await running())
})

test('the caller is /users/me, with and without a slash', async () => {
  for (const path of ['/users/me', '/users/me/']) {
    const { last_seen: _, ...me } = userOf(await api.get(path, ann.as))
    const { last_seen: __, ...wanted } = ann.user
    assert.deepEqual(me, wanted)
  }
})

test('the running record contains its duration, subject and note', async () => {
  const start_time = ago(HOUR)
  recordOf(await api.post('/studys/', ann.as, { start_time, subject: ' 高等数学 ', note: 'one\r\ntwo' }), 201)
  const record = ownOf(await running())
  assert.equal(record.start_time, start_time)
  assert.deepEqual([record.subject, record.note, record.ended_by], ['高等数学', 'one\ntwo', null])
  assert.equal(record.self_reported, true, 'it started an hour before the request')
  assertNow(record.server_time as string)
  assert.equal(later(start_time, record.seconds * 1000), record.server_time)
})

test('a record started and stopped live is not self-reported, and ends without an id', async () => {
  const { id } = await api.start(ann)
  assert.equal(ownOf(await running()).self_reported, false)
  const ended = ownOf(await api.put('/studys/running', ann.as))
  assert.deepEqual([ended.id, ended.ended_by, ended.self_reported], [id, 'owner', false])
  assertError(await running(), 404)
  assertError(await api.put('/studys/running', ann.as), 404)
})

test('an end that is not live makes a record self-reported', async () => {
  await api.start(ann, ago(30 * 1000))
  await api.post('/studys/', ann.as, { start_time: ago(10 * MINUTE) })
  const ended = ownOf(await api.put('/studys/running', ann.as))
  assert.equal(ended.self_reported, false)
  const { id } = await api.start(ann, ago(2 * HOUR))
  await api.end(ann, id, ago(HOUR))
  const { body } = await api.get('/users/me/studys?order=asc', ann.as)
  const page = body as { studys: { self_reported: boolean }[] }
  assert.deepEqual(
    page.studys.map((study) => study.self_reported),
    [true, true, false],
  )
})

test('a start ends the running record and returns it', async () => {
  await api.post('/studys/', ann.as, { subject: 'one' })
  await api.post('/studys/', ann.as, { subject: 'two' })
  const { body } = await api.get('/users/me/studys', ann.as)
  const { studys } = body as { studys: object[] }
  const [first, second] = studys.map((body) => ownOf({ status: 200, headers: new Headers(), text: '', body }))
  assert.deepEqual([first?.subject, first?.ended_by, first?.self_reported], ['one', 'next start', false])
  assert.deepEqual([second?.subject, second?.ended_by], ['two', null])
})

test('own records have pages with the filters of the published list', async () => {
  for (const hours of [9, 7, 5, 3]) {
    const { id } = await api.start(ann, ago(hours * HOUR))
    await api.end(ann, id, ago((hours - 1) * HOUR))
  }
  await api.start(ann)
  const idsOf = async (query: string) => {
    const ids: number[] = []
    for (let url: string | null = `/users/me/studys?${query}`; url !== null; ) {
      const { body } = await api.get(url, ann.as)
      const { studys, next } = body as { studys: { id: number }[]; next: string | null }
      ids.push(...studys.map(({ id }) => id))
      url = next
    }
    return ids
  }
  const range = `from=${encodeURIComponent(ago(8 * HOUR))}&to=${encodeURIComponent(ago(4 * HOUR))}`
  for (const query of ['', 'order=desc', 'running=true', 'running=false', range]) {
    const published = (await api.records(ann, `?per_page=100&${query}`)).studys.map(({ id }) => id)
    assert.deepEqual(await idsOf(`per_page=2&${query}`), published, query)
    assert.ok(published.length > 0, query)
  }
  for (const query of ['per_page=0', 'running=1', 'from=yesterday', 'cursor=x']) {
    assertError(await api.get(`/users/me/studys?${query}`, ann.as), 400)
  }
})

test('the published routes return exactly the published fields', async () => {
  const reply = await api.post('/studys/', ann.as, { subject: 'secret', note: 'secret' })
  const { id } = recordOf(reply, 201)
  recordOf(await api.put(`/studys/${id}`, ann.as))
  await api.record(ann, id)
  await api.records(ann)
  await api.records(ann, '?running=false')
  assert.doesNotMatch((await api.get('/studys?order=desc', bob.as)).text, /secret/)
})

test('stores subjects and notes in NFC, and counts their characters', async () => {
  const start = (texts: object) => api.post('/studys/', ann.as, texts)
  await start({ subject: 'é'.repeat(40), note: '📚'.repeat(500) })
  const record = ownOf(await running())
  assert.deepEqual([record.subject, record.note], ['é'.repeat(40), '📚'.repeat(500)])
  for (const empty of [null, '', ' ']) {
    await start({ subject: empty, note: empty })
    assert.deepEqual([ownOf(await running()).subject, ownOf(await running()).note], [null, null])
  }
  for (const subject of ['x'.repeat(41), 'a\nb', 'a\u0000b', 'a\u200bb', 'a\u202eb', 'a\ud800', 5, ['x'], {}, true])
    assertError(await start({ subject }), 400, /科目/)
  for (const note of ['x'.repeat(501), 'a\tb', 'a\u0007b', 'a\u2066b', 7, ['x']])
    assertError(await start({ note }), 400, /备注/)
})

test('a heartbeat returns 204', async () => {
  await api.start(ann)
  const reply = await api.post('/studys/running/heartbeat', ann.as)
  assert.deepEqual([reply.status, reply.text, reply.headers.get('content-type')], [204, '', null])
  assert.equal(ownOf(await running()).ended_by, null)
})
