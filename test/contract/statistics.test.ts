import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, assertUnauthorized } from './assert-error.ts'
import { nobody } from './client.ts'

interface StatisticsBody {
  from: string
  to: string
  timezone: string
  days: { day: string; seconds: number }[]
  total_seconds: number
  average_seconds: number
  longest_seconds: number
  streak: { current: number; longest: number; today: boolean }
  hours: number[][]
  subjects?: { subject: string | null; seconds: number }[]
}

interface LedgerBody {
  day: string
  seconds: number
  board_seconds: number
  intervals: Record<string, unknown>[]
}

const api = openApi()
let ann: Account
let bob: Account

before(async () => {
  bob = await api.register()
})

beforeEach(async () => {
  ann = await api.register()
})

/** In Shanghai, from 23:00 on a leap day to 01:30, and half an hour within it. */
async function studyAtMidnight(): Promise<[number, number]> {
  const long = await api.post('/studys/', ann.as, { start_time: '2024-02-29 15:00:00', subject: '高等数学' })
  const { id } = long.body as { id: number }
  await api.put(`/studys/${id}`, ann.as, { end_time: '2024-02-29 17:30:00' })
  const short = await api.post('/studys/', ann.as, { start_time: '2024-02-29 15:15:00' })
  const inside = (short.body as { id: number }).id
  await api.put(`/studys/${inside}`, ann.as, { end_time: '2024-02-29 15:45:00' })
  return [id, inside]
}

async function statistics(query = '', as = ann.as): Promise<StatisticsBody> {
  const { status, body } = await api.get(`/users/${ann.id}/statistics${query}`, as)
  assert.equal(status, 200)
  return body as StatisticsBody
}

async function ledger(day: string): Promise<LedgerBody> {
  const { status, body } = await api.get(`/users/me/ledger?day=${day}`, ann.as)
  assert.equal(status, 200)
  return body as LedgerBody
}

test('requires credentials', async () => {
  assertUnauthorized(await api.get(`/users/${ann.id}/statistics`, nobody), 'Basic')
  assertUnauthorized(await api.get('/users/me/ledger', nobody), 'Basic')
})

test('others see everything except the subjects, and nothing of a hidden student', async () => {
  await studyAtMidnight()
  const query = '?from=2024-02-29&to=2024-03-01'
  const { subjects, ...shown } = await statistics(query)
  assert.deepEqual(subjects, [{ subject: '高等数学', seconds: 9000 }])
  assert.deepEqual(await statistics(query, bob.as), shown)
  await api.put('/users/me/settings', ann.as, { visibility: 'only_me' })
  assertError(await api.get(`/users/${ann.id}/statistics${query}`, bob.as), 404)
  assert.deepEqual(await statistics(query), { ...shown, subjects })
  assertError(await api.get('/users/999999/statistics', ann.as), 404)
})

test('rejects a bad day or window and names the parameter', async () => {
  for (const day of ['2023-02-29', '2024-2-9', 'today', '1999-12-31', '', '2024-02-29T00:00:00']) {
    assertError(await api.get(`/users/${ann.id}/statistics?from=${day}`, ann.as), 400, /from/)
    assertError(await api.get(`/users/${ann.id}/statistics?to=${day}`, ann.as), 400, /\bto\b/)
    assertError(await api.get(`/users/me/ledger?day=${day}`, ann.as), 400, /day/)
  }
  assertError(await api.get(`/users/${ann.id}/statistics?from=2024-03-01&to=2024-02-29`, ann.as), 400, /from/)
  assertError(await api.get(`/users/${ann.id}/statistics?from=2024-01-01&to=2025-02-04`, ann.as), 400, /400/)
  assert.equal((await statistics('?from=2024-01-01&to=2025-02-03')).days.length, 400)
})

test('cuts a record at midnight, and counts overlapping time once', async () => {
  const [long, short] = await studyAtMidnight()
  const { timezone, days, hours, ...sums } = await statistics('?from=2024-02-28&to=2024-03-01')
  assert.equal(timezone, 'Asia/Shanghai')
  assert.deepEqual(days, [
    { day: '2024-02-28', seconds: 0 },
    { day: '2024-02-29', seconds: 3600 },
    { day: '2024-03-01', seconds: 5400 },
  ])
  assert.deepEqual(sums, {
    ...{ from: '2024-02-28', to: '2024-03-01', total_seconds: 9000, average_seconds: 3000, longest_seconds: 9000 },
    streak: { current: 0, longest: 2, today: false },
    subjects: [{ subject: '高等数学', seconds: 9000 }],
  })
  assert.deepEqual([hours.length, hours[3]?.[23], hours[4]?.[0], hours[4]?.[1]], [7, 3600, 3600, 1800])
  const { seconds, board_seconds, intervals } = await ledger('2024-02-29')
  assert.deepEqual([seconds, board_seconds], [3600, 0])
  const one = (start: string, end: string, studys: number[], notes: string[]) => ({
    ...{ start_time: `2024-02-29 ${start}`, end_time: `2024-02-29 ${end}`, seconds: 900, studys },
    ...{ counted: 900, board_counted: 0, notes },
  })
  assert.deepEqual(intervals, [
    one('15:00:00', '15:15:00', [long], ['self-reported']),
    { ...one('15:15:00', '15:45:00', [long, short], ['overlap', 'self-reported']), seconds: 1800, counted: 1800 },
    one('15:45:00', '16:00:00', [long], ['cut at midnight', 'self-reported']),
  ])
})

test('edits and removals appear in the next response', async () => {
  const [long, short] = await studyAtMidnight()
  const query = '?from=2024-02-29&to=2024-02-29'
  assert.equal((await statistics(query)).total_seconds, 3600)
  await api.send('DELETE', `/studys/${long}`, { as: ann.as })
  assert.equal((await statistics(query)).total_seconds, 1800)
  const json = { end_time: '2024-02-29 15:16:00', subject: '英语' }
  await api.send('PATCH', `/studys/${short}`, { as: ann.as, json })
  const { total_seconds, subjects, longest_seconds } = await statistics(query)
  assert.deepEqual([total_seconds, longest_seconds, subjects], [60, 60, [{ subject: '英语', seconds: 60 }]])
  assert.equal((await ledger('2024-02-29')).seconds, 60)
})

test('the default is the last seven days, including today', async () => {
  const { days, hours, total_seconds } = await statistics()
  assert.deepEqual([days.length, total_seconds], [7, 0])
  assert.ok(hours.length === 7 && hours.every((row) => row.length === 24 && row.every((seconds) => seconds === 0)))
  assert.equal((await ledger(days.at(-1)?.day ?? '')).day, days.at(-1)?.day)
  await api.start(ann)
  assert.equal((await api.get('/users/me/ledger', ann.as)).status, 200)
})
