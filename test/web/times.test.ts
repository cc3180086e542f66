import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addDays,
  campusDay,
  campusTime,
  daysBetween,
  fromCampusInput,
  toCampusInput,
  weekdayOf,
} from '../../web/src/time/campus-day.ts'
import { hoursAndMinutes, stopwatch } from '../../web/src/time/format.ts'
import { type DeviceClocks, ServerClock } from '../../web/src/time/server-clock.ts'
import { fromWireTime, toWireTime } from '../../web/src/time/wire-time.ts'

const moment = fc.integer({ min: 946_684_800, max: 4_102_444_800 })

test("parses and formats the API's times", () => {
  assert.equal(fromWireTime('2017-03-25 11:55:47'), 1_490_442_947)
  fc.assert(fc.property(moment, (at) => fromWireTime(toWireTime(at)) === at))
})

test('days are those of the campus, wherever the phone is', () => {
  const at = fromWireTime('2026-11-26 16:30:00')
  for (const TZ of ['America/New_York', 'Asia/Shanghai', 'UTC']) {
    process.env.TZ = TZ
    assert.deepEqual([campusDay(at, 'Asia/Shanghai'), campusTime(at, 'Asia/Shanghai')], ['2026-11-27', '00:30'])
    assert.equal(addDays('2026-03-01', -1), '2026-02-28')
    assert.equal(weekdayOf('2026-11-26'), 3)
    assert.equal(daysBetween('2026-02-28', '2026-03-01'), 1)
  }
  delete process.env.TZ
})

test('a typed time is in the time zone of the campus, daylight saving included', () => {
  const zone = fc.constantFrom('Asia/Shanghai', 'Asia/Kathmandu', 'Europe/Berlin', 'America/St_Johns')
  fc.assert(
    fc.property(moment, zone, (at, timezone) => {
      const typed = toCampusInput(at, timezone)
      assert.equal(toCampusInput(fromCampusInput(typed, timezone), timezone), typed)
    }),
  )
})

test('does not show an incomplete minute', () => {
  assert.deepEqual(hoursAndMinutes(3599), { hours: 0, minutes: 59 })
  assert.equal(stopwatch(3661.9), '1:01:01')
  assert.equal(stopwatch(-3), '0:00:00')
})

/** A phone whose clocks the test sets, in ms; it may sleep. */
function phone(wallAhead = 0) {
  let [monotonic, wall] = [1000, 1_795_000_000_000 + wallAhead]
  const clocks: DeviceClocks = { monotonic: () => monotonic, wall: () => wall }
  const pass = (ms: number, { asleep = false } = {}) => {
    if (!asleep) monotonic += ms
    wall += ms
  }
  const setWallClock = (ms: number) => {
    wall += ms
  }
  return { clocks, pass, setWallClock, real: () => wall - wallAhead }
}

/** Asks the service, which writes its response halfway through the round trip. */
function ask(clock: ServerClock, { clocks, pass, real }: ReturnType<typeof phone>, wayMs: number): void {
  const sentAt = clocks.monotonic()
  pass(wayMs / 2)
  const second = Math.floor(real() / 1000) * 1000
  pass(wayMs / 2)
  clock.addResponse(second, sentAt, clocks.monotonic())
}

test("a phone that is hours off uses the service's time, within the precision of the responses", () => {
  const threeHours = 10_800_000
  fc.assert(
    fc.property(
      fc.integer({ min: -threeHours, max: threeHours }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 2, max: 1500 })), { minLength: 1 }),
      (wallAhead, asked) => {
        const held = phone(wallAhead)
        const clock = new ServerClock(held.clocks)
        for (const [pause, way] of asked) {
          held.pass(pause)
          ask(clock, held, way)
        }
        const narrowest = Math.min(...asked.map(([, way]) => way)) + 1000
        assert.ok(Math.abs(clock.now() * 1000 - held.real()) <= narrowest)
      },
    ),
  )
})

test("changing the phone's clock has no effect, and a start without a network uses the last difference", () => {
  const held = phone(-10_800_000)
  const clock = new ServerClock(held.clocks)
  ask(clock, held, 100)
  const before = clock.now()
  held.setWallClock(7_200_000)
  assert.equal(clock.now(), before)
  held.setWallClock(-7_200_000)
  const reopened = new ServerClock({ monotonic: () => 5, wall: held.clocks.wall }, clock.wallAhead())
  assert.ok(Math.abs(reopened.now() - clock.now()) < 0.01)
})

test('the time that a phone slept with the page hidden is not lost', () => {
  const held = phone()
  const clock = new ServerClock(held.clocks)
  ask(clock, held, 100)
  clock.hide()
  held.pass(7_200_000, { asleep: true })
  clock.show()
  assert.ok(Math.abs(clock.now() * 1000 - held.real()) < 1100)
})
