import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bounds, decide, guessedPace, type Pace, paceAfter, returnAfter, seatsFor } from './waiting-room.ts'

interface Student {
  id: number
  state: 'away' | 'here' | 'asking' | 'in'
  /** When the student comes, comes back, or has finished at the school. */
  at: number
  heldUntil: number
  requests: number
}

interface Day {
  students: number
  loginMs: number
  everyMs: number
  pace?: Pace
}

const school: Bounds = { concurrency: 2, seats: 16 }
const stepMs = 50
const latencyMs = 30
const patienceMs = 10_000
const expectedMs = 3000

/** A deterministic generator of numbers. */
function dice(): () => number {
  let seed = 1
  return () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
}

/** Simulates a first day in simulated time. Every student comes back exactly at the given time. */
function playDay({ students: count, loginMs, everyMs, pace: firstPace = guessedPace }: Day) {
  const random = dice()
  const students = Array.from({ length: count }, (_, id): Student => {
    return { id, state: 'away', at: id * everyMs, heldUntil: 0, requests: 0 }
  })
  const entered: number[] = []
  let pace = firstPace
  let now = 0
  for (; students.some(({ state }) => state !== 'in'); now += stepMs) {
    assert.ok(now < 10 * count * loginMs, 'all students enter')
    for (const student of students.filter(({ at }) => at <= now)) {
      if (student.state === 'asking') {
        student.state = 'in'
        pace = paceAfter(pace, loginMs)
      } else if (student.state === 'away') {
        Object.assign(student, { state: 'here', heldUntil: now + patienceMs, requests: student.requests + 1 })
      }
    }
    const bounds = { ...school, seats: seatsFor(school, pace) }
    const line = students.filter(({ state, requests }) => state === 'here' || (state === 'away' && requests > 0))
    const free = bounds.concurrency - students.filter(({ state }) => state === 'asking').length
    const { entering, leaving } = decide({
      free,
      here: line.filter(({ state }) => state === 'here').map(({ id }) => id),
      expected: line.find(({ state, at }) => state === 'away' && at <= now + expectedMs)?.id,
      seatless: line[bounds.seats + free]?.id,
    })
    for (const [ahead, student] of line.entries()) {
      if (entering.has(student.id)) {
        entered.push(student.id)
        Object.assign(student, { state: 'asking', at: now + loginMs * (0.9 + random() / 5) })
      } else if (leaving.has(student.id) || (student.state === 'here' && student.heldUntil <= now)) {
        const seconds = returnAfter(ahead, pace, bounds, random())
        Object.assign(student, { state: 'away', at: now + seconds * 1000 + latencyMs })
      }
    }
  }
  return { entered, seconds: now / 1000, mostRequests: Math.max(...students.map(({ requests }) => requests)) }
}

const days: readonly (readonly [name: string, day: Day])[] = [
  ['at once, at a school of 300 ms a call', { students: 500, loginMs: 1200, everyMs: 0 }],
  ['ten a second', { students: 500, loginMs: 1200, everyMs: 100 }],
  ['at a school with one call less', { students: 500, loginMs: 900, everyMs: 3 }],
  ['at a quick school', { students: 200, loginMs: 60, everyMs: 3, pace: { loginMs: 80, isMeasured: true } }],
]

for (const [name, day] of days) {
  test(`students who come ${name} enter in order, with at most five requests, and the school is never idle for long`, () => {
    const { entered, seconds, mostRequests } = playDay(day)
    assert.deepEqual(
      entered,
      entered.toSorted((one, other) => one - other),
    )
    assert.ok(mostRequests <= 5, `${mostRequests} requests`)
    const shortest = (day.students * day.loginMs) / school.concurrency / 1000
    assert.ok(seconds < shortest * 1.1 + 5, `${seconds} s of ${shortest} s`)
  })
}

test('admits waiting clients in order of their places, and waits for one who is expected soon', () => {
  const line = { free: 2, here: [3, 5, 8], expected: undefined, seatless: undefined }
  assert.deepEqual([...decide(line).entering], [3, 5])
  assert.deepEqual([...decide({ ...line, expected: 4 }).entering], [3])
  assert.deepEqual([...decide({ ...line, expected: 2 }).entering], [])
  assert.deepEqual([...decide({ ...line, free: 0 }).entering], [])
})

test('a client with too many ahead loses the seat, unless it is their turn', () => {
  const line = { free: 1, here: [3, 5, 8], expected: undefined, seatless: 5 }
  assert.deepEqual([...decide(line).leaving], [5, 8])
  assert.deepEqual([...decide({ ...line, seatless: 3 }).leaving], [5, 8])
})

test('a client is told to come back after 1 to 900 seconds', () => {
  for (const ahead of [0, 1, 100, 1_000_000]) {
    for (const random of [0, 1]) {
      const seconds = returnAfter(ahead, { loginMs: 1200, isMeasured: true }, school, random)
      assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 900)
    }
  }
})
