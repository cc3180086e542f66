import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { contentLine, escapedText, utcTime } from './icalendar.ts'

const text = fc.string({
  unit: fc.constantFrom('a', ';', '\\', ',', ' ', 'é', '静', '👩🏽‍🎓', '😀', 'ش'),
  maxLength: 200,
})

test('folds a line at 75 octets, never inside a character, and unfolds to the original', () => {
  fc.assert(
    fc.property(text, (value) => {
      const line = contentLine('SUMMARY', value)
      assert.ok(line.endsWith('\r\n'))
      for (const part of line.slice(0, -2).split('\r\n')) {
        assert.ok(Buffer.byteLength(part) <= 75, part)
        assert.ok(part.isWellFormed())
      }
      assert.equal(line.replaceAll('\r\n ', ''), `SUMMARY:${value}\r\n`)
    }),
  )
})

test('escapes special characters in a text', () => {
  assert.equal(escapedText('a;b,c\\d\ne\r\nf\rg'), 'a\\;b\\,c\\\\d\\ne\\nf\\ng')
})

test('writes times in UTC', () => {
  assert.equal(utcTime(Date.parse('2017-03-25T11:55:47Z') / 1000), '20170325T115547Z')
})
