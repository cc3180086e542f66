import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { hmacSha256 } from './hmac-sha256.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))

test('it is HMAC, of any texts one after the other', () => {
  const texts = fc.array(bytes(3000), { maxLength: 8 })
  fc.assert(
    fc.property(bytes(64), texts, (key, texts) => {
      const mac = hmacSha256(key)
      for (const text of texts) {
        assert.equal(mac(text.toString('latin1')), createHmac('sha256', key).update(text).digest('latin1'))
      }
    }),
  )
})

test('a key of more than one block is refused', () => {
  assert.throws(() => hmacSha256(Buffer.alloc(65)), RangeError)
})
