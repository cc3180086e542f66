import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { strEnc } from '../../src/schools/kingosoft/dialects/str-enc.ts'
import { strEnc as oracle } from '../../src/tools/simulated-school/encryption/str-enc.ts'

// The simulated school implements the login script's DES bit by bit and shares no code with the adapter.
test("strEnc equals the simulated school's for any text and any key", () => {
  const text = (maxLength: number) => fc.string({ unit: 'binary', maxLength })
  fc.assert(
    fc.property(text(40), text(24), (plain, key) => {
      assert.equal(strEnc(plain, key), oracle(plain, key))
    }),
  )
})
