import assert from 'node:assert/strict'
import { test } from 'node:test'
import { campusTime } from './campus-time.ts'

for (const [timezone, utc, local] of [
  ['Asia/Shanghai', '2017-03-25T16:00:00Z', '2017-03-26 00:00:00'],
  ['Asia/Shanghai', '2000-01-01T00:00:00Z', '2000-01-01 08:00:00'],
  ['America/New_York', '2026-03-08T06:59:59Z', '2026-03-08 01:59:59'],
  ['America/New_York', '2026-03-08T07:00:00Z', '2026-03-08 03:00:00'],
  ['America/New_York', '2026-11-01T05:30:00Z', '2026-11-01 01:30:00'],
  ['America/New_York', '2026-11-01T06:30:00Z', '2026-11-01 01:30:00'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '2026-04-05 01:30:00'],
] as const) {
  test(`${utc} in ${timezone} is ${local}`, () => {
    assert.equal(campusTime(timezone)(Date.parse(utc) / 1000), local)
  })
}
