import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { strDec, strEnc } from './str-enc.ts'

const vectors = [
  { key: '52550178936240963575094', plain: 'abc', cipherText: 'AE6638065A31EFF5' },
  { key: '52550178936240963575094', plain: 'xy', cipherText: 'FD127201975AFE9B' },
  { key: '52550178936240963575094', plain: 'a', cipherText: 'C69C0CEDFFF41B52' },
  { key: '6061586830242491265', plain: '_u1234=YWJj', cipherText: '1EE0CC5156C64D783841A89F9888E8CE15E39AAA961E861D' },
]

for (const { key, plain, cipherText } of vectors) {
  test(`encrypts "${plain}" to the published value, and decrypts it`, () => {
    assert.equal(strEnc(plain, key), cipherText)
    assert.equal(strDec(cipherText, key), plain)
  })
}

test('decrypts every encrypted text without trailing zero units to the original', () => {
  const key = fc.stringMatching(/^[0-9]{19,23}$/)
  const plain = fc.string({ unit: 'binary', maxLength: 24 }).filter((text) => !text.endsWith('\0'))
  fc.assert(
    fc.property(key, plain, (someKey, text) => strDec(strEnc(text, someKey), someKey) === text),
    { numRuns: 30 },
  )
})

test('rejects invalid cipher text', () => {
  for (const text of ['AE66', 'ae6638065a31eff5', 'AE6638065A31EFFX']) assert.equal(strDec(text, '1234'), undefined)
})
