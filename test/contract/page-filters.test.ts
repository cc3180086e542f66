import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { patient } from '../support/patient.ts'
import { type Account, openApi } from './api.ts'
import { walkBothWays } from './page-walk.ts'
import { type Page, pageOf, recordOf, type StudyRecord } from './resources.ts'
import { ago, HOUR, later, MINUTE, SECOND } from './wire-time.ts'

const api = openApi()
let ann: Account
let bob: Account
let own: string
let morning: StudyRecord
let noon: StudyRecord
let evening: StudyRecord
let running: StudyRecord

before(async () => {
  ann = await api.register()
  bob = await api.register()
  own = `/users/${ann.id}/studys/`
  morning = await api.end(ann, (await api.start(ann, '2025-03-03 01:00:00')).id, '2025-03-03 02:00:00')
  noon = await api.end(ann, (await api.start(ann, '2025-03-03 04:00:00')).id, '2025-03-03 05:00:00')
  evening = await api.end(ann, (await api.start(ann, '2025-03-03 11:00:00')).id, '2025-03-03 12:00:00')
  running = await api.start(ann, ago(HOUR))
})

async function filtered(query: Record<string, string>, list = own): Promise<Page> {
  return pageOf(await api.get(`${list}?${new URLSearchParams(query)}`, ann.as))
}

async function assertHolds(query: Record<string, string>, wanted: readonly StudyRecord[]): Promise<void> {
  const { studys, count, next, prev } = await filtered(query)
  assert.deepEqual(studys, wanted)
  assert.deepEqual([count, next, prev], [wanted.length, null, null])
}

test('running=true lists running records, running=false ended ones, and each has its own count', async () => {
  await assertHolds({ running: 'true' }, [running])
  await assertHolds({ running: 'false' }, [morning, noon, evening])
})

test('running also filters the list of all users, with an exact count', async () => {
  const bobsRecord = await api.start(bob)
  for (const flag of ['true', 'false']) {
    const list = await walkBothWays(api, ann.as, `/studys?running=${flag}&per_page=3`, 3)
    for (const record of list) assert.equal(record.end_time === null, flag === 'true')
    assert.equal(
      list.some(({ id }) => id === bobsRecord.id),
      flag === 'true',
    )
  }
  const [all, over, active] = await Promise.all([
    filtered({}, '/studys'),
    filtered({ running: 'false' }, '/studys'),
    filtered({ running: 'true' }, '/studys'),
  ])
  assert.equal(over.count + active.count, all.count)
})

test('from is inclusive and to is exclusive, by the start', async () => {
  await assertHolds({ from: morning.start_time }, [morning, noon, evening, running])
  await assertHolds({ from: later(morning.start_time, SECOND) }, [noon, evening, running])
  await assertHolds({ to: noon.start_time }, [morning])
  await assertHolds({ to: later(noon.start_time, SECOND) }, [morning, noon])
  await assertHolds({ from: noon.start_time, to: evening.start_time }, [noon])
  await assertHolds({ from: noon.start_time, to: noon.start_time }, [])
  await assertHolds({ from: '0001-01-01 00:00:00', to: '9999-12-31 23:59:59' }, [morning, noon, evening, running])
  await assertHolds({ from: later(noon.start_time, MINUTE), running: 'true' }, [running])
})

test('an empty list is complete: no records, no links, a count of zero', async () => {
  const carl = await api.register()
  for (const query of [
    '',
    'order=desc',
    'running=true',
    'running=false',
    `from=${ago(HOUR)}`,
    'per_page=1',
    'page=1',
  ]) {
    const empty = await api.records(carl, `?${query}`)
    assert.deepEqual(empty, { count: 0, next: null, prev: null, studys: [] })
  }
})

test('the count changes with every start and end at once', async () => {
  const carl = await api.register()
  const counts = async () => {
    const [all, active, over] = await Promise.all(
      ['', '?running=true', '?running=false'].map((q) => api.records(carl, q)),
    )
    return [all?.count, active?.count, over?.count]
  }
  assert.deepEqual(await counts(), [0, 0, 0])
  const first = await api.start(carl)
  assert.deepEqual(await counts(), [1, 1, 0])
  const second = await api.start(carl)
  assert.deepEqual(await counts(), [2, 1, 1])
  await api.end(carl, second.id)
  await api.end(carl, second.id)
  await api.end(carl, first.id, later(first.start_time, SECOND))
  assert.deepEqual(await counts(), [2, 0, 2])
  await api.start(carl, '2020-01-01 00:00:00')
  assert.deepEqual(await counts(), [3, 0, 3])
})

test('inserts during a walk neither repeat nor hide a record that existed before', async () => {
  const carl = await api.register()
  for (let at = 0; at < 12; at += 1) await api.start(carl, later('2025-05-05 00:00:00', at * HOUR))
  const there = (await api.records(carl, '?per_page=100')).studys.map(({ id }) => id)
  for (const order of ['asc', 'desc']) {
    const seen: number[] = []
    let url: string | null = `${carl.user.studys}?per_page=3&order=${order}`
    for (let step = 0; url !== null; step += 1) {
      const read: Page = pageOf(await api.get(url, carl.as))
      seen.push(...read.studys.map(({ id }) => id))
      // Each before the page just read, where a walk by page numbers would repeat records.
      const place =
        order === 'asc' ? later('2025-05-04 00:00:00', step * HOUR) : later('2025-06-01 00:00:00', step * HOUR)
      await api.start(carl, place)
      url = read.next
    }
    assert.equal(new Set(seen).size, seen.length, 'no record is listed twice')
    for (const id of there) assert.ok(seen.includes(id), `record ${id} was hidden`)
  }
})

test('every page is consistent while many clients read and write', async () => {
  const carl = await api.register()
  const places = Array.from({ length: 30 }, (_, at) => later('2025-07-01 00:00:00', at * MINUTE))
  const starts = places.map((start_time) => patient(() => api.post('/studys/', carl.as, { start_time })))
  const reads = Array.from({ length: 20 }, () => api.records(carl, '?per_page=7'))
  for (const { studys } of await Promise.all(reads)) assert.ok(studys.length <= 7)
  for (const reply of await Promise.all(starts)) recordOf(reply, 201)
  const walked = await walkBothWays(api, carl.as, `${carl.user.studys}?per_page=7`, 7)
  assert.equal(walked.length, 30)
})
