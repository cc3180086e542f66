import assert from 'node:assert/strict'
import { test } from 'node:test'
import { figures, together } from '../../bench/measure.ts'
import { table } from '../../bench/report.ts'
import { rows } from '../../bench/rows.ts'

const world = {
  users: [1, 2, 3].map((id) => ({
    id,
    name: `student${id}`,
    password: 'secret',
    token: `token${id}`,
    cookie: `session=${id}`,
    day: '2026-01-15',
  })),
  records: 1000,
  ids: [1, 2, 3],
  year: { from: '2025-02-01', to: '2026-01-31' },
  month: { from: '2026-01-01 00:00:00', to: '2026-02-01 00:00:00' },
  middleCursor: '?cursor=middle',
  lastCursor: '?cursor=last',
}

test('percentiles cover all responses, of several rounds too', () => {
  const latencies = Float64Array.from({ length: 1000 }, (_, index) => 1000 - index)
  const one = figures(latencies, 10, 0.5)
  assert.deepEqual(one, { requestsPerSecond: 100, p50: 501, p99: 991, busy: 0.5, answers: 1000 })
  const faster = { ...figures(Float64Array.of(0.5), 0.01, 1), latencies: Float64Array.of(0.5) }
  const both = together([{ ...one, latencies }, faster])
  assert.equal(both.answers, 1001)
  assert.ok(Math.abs(both.requestsPerSecond - 1001 / 10.01) < 1e-9)
})

test('every row sends requests to the API, and has a unique name', () => {
  assert.equal(new Set(rows.map((row) => row.name)).size, rows.length)
  for (const row of rows) {
    const requests = row.requests(world)
    assert.ok(requests.length > 0)
    for (const { path } of requests) assert.match(path, /^\/api\/v1\.0\/(users|studys|token|leaderboards|live)/)
  }
})

test('a table is Markdown with figures aligned to the right', () => {
  assert.equal(
    table(
      ['row', 'n'],
      [
        ['first', '1'],
        ['b', '1,000'],
      ],
    ),
    '| row   |     n |\n| ----- | ----: |\n| first |     1 |\n| b     | 1,000 |',
  )
})
