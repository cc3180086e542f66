import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import test from 'node:test'
import { strEnc } from './str-enc.ts'

const key = '52550178936240963575094'

for (const [text, expected] of [
  ['abc', 'AE6638065A31EFF5'],
  ['xy', 'FD127201975AFE9B'],
  ['a', 'C69C0CEDFFF41B52'],
] as const) {
  test(`strEnc answers the published value for «${text}»`, () => {
    assert.equal(strEnc(text, key), expected)
  })
}

test('strEnc answers the published value over several blocks', () => {
  const cipher = '1EE0CC5156C64D783841A89F9888E8CE15E39AAA961E861D'
  assert.equal(strEnc('_u1234=YWJj', '6061586830242491265'), cipher)
})

test('without the reversed rows of the key it would be plain DES', () => {
  // A key of zeros is the same under any choice of its bits, so here a library can be the judge.
  const zeros = '\0\0\0\0'
  const des = createCipheriv('des-ede3', Buffer.alloc(24), null).setAutoPadding(false)
  const text = '_p9035=k汉'
  const bytes = Buffer.from(text.padEnd(12, '\0'), 'utf16le').swap16()
  assert.equal(
    strEnc(text, zeros),
    Buffer.concat([des.update(bytes), des.final()])
      .toString('hex')
      .toUpperCase(),
  )
})

test('nothing encrypts to nothing', () => {
  assert.equal(strEnc('', key), '')
})
