import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromWireTime, toWireTime } from './wire-time.ts'

const inRange = fc.integer({ min: -62_167_219_200, max: 253_402_300_799 })

test('parses every second from year 0 to 9999', () => {
  fc.assert(fc.property(inRange, (at) => assert.equal(fromWireTime(toWireTime(at), 'from'), at)))
})

test('formats a parsed time as it was, and rejects any other text', () => {
  const digits = (most: number) => fc.nat(most).map((value) => String(value).padStart(2, '0'))
  const parts = fc.tuple(
    fc.constantFrom('2016', '2017', '2100'),
    digits(14),
    digits(33),
    digits(25),
    digits(61),
    digits(61),
  )
  fc.assert(
    fc.property(parts, ([year, month, day, hour, minute, second]) => {
      const text = `${year}-${month}-${day} ${hour}:${minute}:${second}`
      let at: number
      try {
        at = fromWireTime(text, 'from')
      } catch {
        return
      }
      assert.equal(toWireTime(at), text)
    }),
  )
})
