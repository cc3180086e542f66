import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError } from './assert-error.ts'
import { recordOf, type StudyRecord } from './resources.ts'
import { ago, ahead, assertNow, HOUR, instant, later, MINUTE, SECOND } from './wire-time.ts'

const api = openApi()
let ann: Account

beforeEach(async () => {
  ann = await api.register()
})

async function runningIds(): Promise<number[]> {
  return (await api.records(ann, '?running=true')).studys.map(({ id }) => id)
}

test('a start ends the running record at the start of the new one', async () => {
  const first = await api.start(ann, ago(3 * HOUR))
  const second = await api.start(ann, ago(HOUR))
  assert.deepEqual(await api.record(ann, first.id), { ...first, end_time: second.start_time })
  const third = await api.start(ann)
  assert.deepEqual(await api.record(ann, second.id), { ...second, end_time: third.start_time })
  assert.deepEqual(await runningIds(), [third.id])
})

test("a start before the running record's start is ended at that start, and the running record continues", async () => {
  const running = await api.start(ann, ago(HOUR))
  const earlier = await api.start(ann, ago(2 * HOUR))
  assert.equal(earlier.end_time, running.start_time)
  assert.deepEqual(await api.record(ann, earlier.id), earlier)
  assert.deepEqual(await api.record(ann, running.id), running)
  const secondBefore = await api.start(ann, later(running.start_time, -SECOND))
  assert.equal(secondBefore.end_time, running.start_time)
  assert.deepEqual(await runningIds(), [running.id])
})

test('a start at the start of the running record ends that record with length zero', async () => {
  const first = await api.start(ann, ago(HOUR))
  const second = await api.start(ann, first.start_time)
  assert.equal((await api.record(ann, first.id)).end_time, first.start_time)
  assert.equal(second.end_time, null)
  assert.deepEqual(await runningIds(), [second.id])
})

test('a start after a start in the near future follows the same rule', async () => {
  const soon = await api.start(ann, ahead(30 * SECOND))
  const now = await api.start(ann)
  assert.ok(instant(now.start_time) >= instant(soon.start_time), 'a start without a time is after the running record')
  assert.equal((await api.record(ann, soon.id)).end_time, now.start_time)
  assert.deepEqual(await runningIds(), [now.id])
})

test('an end without a time ends a start in the near future', async () => {
  const soon = await api.start(ann, ahead(30 * SECOND))
  assert.equal((await api.end(ann, soon.id)).end_time, soon.start_time)
})

test('starts from many devices at once leave one running record and lose none', async () => {
  const replies = await Promise.all(Array.from({ length: 12 }, () => api.post('/studys/', ann.as)))
  const ids = replies.map((reply) => recordOf(reply, 201).id)
  assert.equal(new Set(ids).size, 12)
  assert.equal((await runningIds()).length, 1)
  assert.equal((await api.records(ann)).count, 12)
})

test('starts at different times at once leave one running record, and end all others', async () => {
  const places = Array.from({ length: 10 }, (_, at) => ago((at + 1) * HOUR))
  await Promise.all(places.map((place) => api.start(ann, place)))
  const { studys, count } = await api.records(ann, '?per_page=100')
  assert.equal(count, 10)
  assert.equal(studys.filter(({ end_time }) => end_time === null).length, 1)
})

test('concurrent ends of one record return the same end', async () => {
  const { id } = await api.start(ann, ago(HOUR))
  const ends = await Promise.all(Array.from({ length: 8 }, () => api.end(ann, id)))
  assert.equal(new Set(ends.map(({ end_time }) => end_time)).size, 1)
  assert.deepEqual(await runningIds(), [])
})

test('accepts overlapping records', async () => {
  const first = await api.end(ann, (await api.start(ann, ago(5 * HOUR))).id, ago(HOUR))
  for (const place of [ago(6 * HOUR), ago(4 * HOUR), first.start_time]) {
    const { id } = await api.start(ann, place)
    assert.equal((await api.end(ann, id, ago(30 * MINUTE))).start_time, place)
  }
  assert.deepEqual(await api.record(ann, first.id), first)
  assert.equal((await api.records(ann)).count, 4)
})

test('the owner can correct the end of a record that the next start ended', async () => {
  const first = await api.start(ann, ago(3 * HOUR))
  const second = await api.start(ann, ago(HOUR))
  for (const end_time of [ago(2 * HOUR), ago(30 * MINUTE)]) {
    assert.equal((await api.end(ann, first.id, end_time)).end_time, end_time)
  }
  assert.deepEqual(await runningIds(), [second.id])
})

test('a record left running ends after sixteen hours', async () => {
  const left = await api.start(ann, ago(20 * HOUR))
  const end_time = later(left.start_time, 16 * HOUR)
  assert.equal((await api.record(ann, left.id)).end_time, end_time)
  assert.deepEqual(await runningIds(), [])
  assert.equal((await api.end(ann, left.id)).end_time, end_time, 'ending it without a time changes nothing')
  const corrected = later(left.start_time, HOUR)
  assert.equal((await api.end(ann, left.id, corrected)).end_time, corrected)
  const next = await api.start(ann)
  assert.equal((await api.record(ann, left.id)).end_time, corrected, 'the next start does not change it')
  assertNow(next.start_time)
})

test('a record of just under sixteen hours still runs', async () => {
  const long = await api.start(ann, ago(16 * HOUR - MINUTE))
  assert.equal((await api.record(ann, long.id)).end_time, null)
  assert.deepEqual(await runningIds(), [long.id])
})

const notTimes: readonly unknown[] = [
  ...[
    '2017-02-30 00:00:00',
    '2100-02-29 00:00:00',
    '2017-06-31 12:00:00',
    '2017-03-25 24:00:00',
    '2017-03-25 25:00:00',
  ],
  ...[
    '2017-03-25 23:59:60',
    '2017-03-25 11:60:00',
    '2017-00-01 00:00:00',
    '2017-13-01 00:00:00',
    '2017-01-32 00:00:00',
  ],
  ...['2017-03-25 11:55:47.1', '2017-03-25T11:55:47', '2017-03-25 11:55:47Z', '2017-03-25T11:55:47Z', '2017-03-25'],
  ...['2017-03-25 11:55', '2017-3-25 11:55:47', '2017-03-25 1:55:47', '17-03-25 11:55:47', '12017-03-25 11:55:47'],
  ...[
    '-2017-03-25 11:55:47',
    '+2017-03-25 11:55:47',
    '2017-03-25 11:55:47 ',
    '\t2017-03-25 11:55:47',
    '2017-03-25\n11:55:47',
  ],
  ...[
    '2017-03-25\u00a011:55:47',
    '2017-03-25 11：55：47',
    '２０１７-０３-２５ １１:５５:４７',
    '٢٠١٧-03-25 11:55:47',
    '2017‐03‐25 11:55:47',
  ],
  ...[
    '2017/03/25 11:55:47',
    '25-03-2017 11:55:47',
    '20170325115547',
    '2017-03-25 11:55:47+00:00',
    '2017-W12-6 11:55:47',
  ],
  ...[
    'null',
    'now',
    '0000-00-00 00:00:00',
    1490442947,
    1490442947.5,
    -1,
    0,
    true,
    false,
    [],
    {},
    ['2017-03-25 11:55:47'],
  ],
]

test('rejects every time not in the one format for a start and an end, and changes nothing', async () => {
  const record: StudyRecord = await api.start(ann, ago(HOUR))
  for (const value of notTimes) {
    assertError(await api.post('/studys/', ann.as, { start_time: value }), 400)
    assertError(await api.put(`/studys/${record.id}`, ann.as, { end_time: value }), 400)
  }
  assert.deepEqual(await api.records(ann), { count: 1, next: null, prev: null, studys: [record] })
})

test('accepts leap days and the first and last second of a year', async () => {
  for (const place of ['2016-02-29 00:00:00', '2000-02-29 23:59:59', '2016-12-31 23:59:59', '2017-01-01 00:00:00']) {
    assert.equal((await api.start(ann, place)).start_time, place)
  }
})

test('rejects a time in the far past or future, and changes nothing', async () => {
  for (const place of ['0000-01-01 00:00:00', '0001-01-01 00:00:00', '1000-06-15 12:00:00', '1969-12-31 23:59:59']) {
    assertError(await api.post('/studys/', ann.as, { start_time: place }), 400)
  }
  const record = await api.start(ann)
  for (const place of ['9999-12-31 23:59:59', '2999-01-01 00:00:00', ahead(70 * SECOND), ahead(24 * HOUR)]) {
    assertError(await api.post('/studys/', ann.as, { start_time: place }), 400)
    assertError(await api.put(`/studys/${record.id}`, ann.as, { end_time: place }), 400)
  }
  assert.deepEqual(await runningIds(), [record.id])
})
