import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { nobody } from './client.ts'
import { type OwnRecord, ownOf } from './own-records.ts'
import type { StudyRecord } from './resources.ts'
import { ABSENT_IDS } from './routes.ts'
import { ago, ahead, HOUR, later, MINUTE, SECOND } from './wire-time.ts'

const api = openApi()
let ann: Account
let bob: Account
let record: StudyRecord

before(async () => {
  ann = await api.register()
  bob = await api.register()
})

beforeEach(async () => {
  const { id } = await api.start(ann, ago(3 * HOUR))
  record = await api.end(ann, id, ago(2 * HOUR))
})

const patch = (json?: unknown, as = ann.as) => api.send('PATCH', `/studys/${record.id}`, { as, json })
const remove = (as = ann.as, id: number | string = record.id) => api.send('DELETE', `/studys/${id}`, { as })
const edited = async (json: object): Promise<OwnRecord> => ownOf(await patch(json))

test('changes and removes nothing without credentials', async () => {
  assertUnauthorized(await patch({ note: 'x' }, nobody), 'Basic')
  assertUnauthorized(await remove(nobody), 'Basic')
  assert.deepEqual(await api.record(ann, record.id), record)
})

test("does not change or remove another user's record", async () => {
  assertError(await patch({ note: 'x' }, bob.as), 403)
  assertError(await remove(bob.as), 403)
  assert.deepEqual(await api.record(ann, record.id), record)
})

test('a bad body changes nothing', async () => {
  for (const json of [[], 'x', 5, { start_time: 5 }, { end_time: 'soon' }, { subject: 5 }, { note: {} }])
    assertError(await patch(json), 400)
  for (const json of [
    ...[{ start_time: ahead(2 * MINUTE) }, { end_time: ahead(2 * MINUTE) }, { start_time: '1999-12-31 23:59:59' }],
    ...[
      { end_time: later(record.start_time, -2 * MINUTE) },
      { start_time: later(record.end_time as string, 2 * MINUTE) },
    ],
    ...[{ start_time: ago(30 * HOUR) }, { start_time: ago(30 * HOUR), end_time: ago(HOUR) }],
  ])
    assertError(await patch({ ...json, note: 'half of it' }), 400)
  assert.deepEqual(await api.record(ann, record.id), record)
  assert.equal((await edited({})).note, null)
})

test('returns 404 for a record that does not exist', async () => {
  for (const id of ABSENT_IDS) {
    assertError(await api.send('PATCH', `/studys/${id}`, { as: ann.as, json: {} }), 404)
    assertError(await remove(ann.as, id), 404)
  }
})

test('changes each field by itself, and null clears a text', async () => {
  const start_time = later(record.start_time, -MINUTE)
  assert.equal((await edited({ start_time })).start_time, start_time)
  const end_time = later(record.end_time as string, MINUTE)
  const longer = await edited({ end_time })
  assert.deepEqual([longer.start_time, longer.end_time, longer.ended_by], [start_time, end_time, 'owner'])
  assert.equal((await edited({ subject: '英语' })).subject, '英语')
  const noted = await edited({ note: 'chapter 3' })
  assert.deepEqual([noted.subject, noted.note], ['英语', 'chapter 3'])
  const cleared = await edited({ subject: null, start_time: null, end_time: null })
  assert.deepEqual(
    [cleared.subject, cleared.note, cleared.start_time, cleared.end_time],
    [null, 'chapter 3', start_time, end_time],
  )
  assert.equal((await edited({ note: '' })).note, null)
})

test('treats an end up to a minute before the start as the start', async () => {
  const shorter = await edited({ end_time: later(record.start_time, -59 * SECOND) })
  assert.deepEqual([shorter.end_time, shorter.seconds], [record.start_time, 0])
})

test('a seen record stays seen when shortened, and becomes self-reported when extended', async () => {
  const live = await api.start(ann)
  const { end_time } = ownOf(await api.put('/studys/running', ann.as))
  record = live
  assert.equal((await edited({ subject: 'live' })).self_reported, false)
  const longer = await edited({ start_time: later(live.start_time, -5 * MINUTE) })
  assert.equal(longer.self_reported, true)
  const asItWas = await edited({ start_time: live.start_time, end_time })
  assert.equal(asItWas.self_reported, false)
  assert.equal((await edited({ end_time: later(end_time as string, 30 * SECOND) })).self_reported, true)
})

test('edits a running record, and an end ends it', async () => {
  record = await api.start(ann)
  const start = ago(HOUR)
  const moved = await edited({ start_time: start, note: 'since an hour' })
  assert.deepEqual([moved.end_time, moved.self_reported], [null, true])
  assertError(await patch({ start_time: ago(16 * HOUR + MINUTE) }), 400)
  const ended = await edited({ end_time: later(start, HOUR - MINUTE / 2) })
  assert.deepEqual([ended.ended_by, ended.seconds], ['owner', 3600 - 30])
  assertError(await api.get('/studys/running', ann.as), 404)
})

test('a removed record disappears from all lists and counts', async () => {
  const { count } = await api.records(ann)
  const listOfAll = (await api.get('/studys', bob.as)).body as { count: number }
  const reply = await remove()
  assert.deepEqual([reply.status, reply.text, reply.headers.get('content-type')], [204, '', null])
  for (const as of [ann.as, bob.as]) assertError(await api.get(`/studys/${record.id}`, as), 404)
  for (const gone of [await remove(), await patch({ note: 'x' }), await api.put(`/studys/${record.id}`, ann.as)])
    assertError(gone, 404)
  assert.equal((await api.records(ann)).count, count - 1)
  assert.equal(((await api.get('/studys', bob.as)).body as { count: number }).count, listOfAll.count - 1)
})

test('a running record can be removed, and another started', async () => {
  record = await api.start(ann)
  assert.equal((await remove()).status, 204)
  assertError(await api.get('/studys/running', ann.as), 404)
  await api.start(ann)
})

test('concurrent edits and starts leave one running record and lose nothing', async () => {
  record = await api.start(ann)
  const edits = Array.from({ length: 10 }, (_, at) => patch({ note: `edit ${at}` }))
  const starts = Array.from({ length: 10 }, () => api.post('/studys/', ann.as))
  const replies = await Promise.all([...edits, ...starts])
  assert.deepEqual([...new Set(replies.map(({ status }) => status))].sort(), [200, 201])
  const seen = await edited({})
  assert.match(seen.note ?? '', /^edit \d$/)
  assert.equal(seen.ended_by, 'next start')
  assert.equal((await api.records(ann, '?running=true')).count, 1)
})
