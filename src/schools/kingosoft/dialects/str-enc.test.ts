import assert from 'node:assert/strict'
import test from 'node:test'
import { strEnc } from './str-enc.ts'

const key = '52550178936240963575094'

for (const [text, expected] of [
  ['abc', 'AE6638065A31EFF5'],
  ['xy', 'FD127201975AFE9B'],
  ['a', 'C69C0CEDFFF41B52'],
] as const) {
  test(`strEnc returns the published value for «${text}»`, () => {
    assert.equal(strEnc(text, key), expected)
  })
}

test('strEnc returns the published value for several blocks', () => {
  const cipher = '1EE0CC5156C64D783841A89F9888E8CE15E39AAA961E861D'
  assert.equal(strEnc('_u1234=YWJj', '6061586830242491265'), cipher)
})

test('strEnc of an empty text is empty', () => {
  assert.equal(strEnc('', key), '')
})
