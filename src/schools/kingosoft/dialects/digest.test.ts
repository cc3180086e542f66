import assert from 'node:assert/strict'
import test from 'node:test'
import { loginDigest, md5 } from './digest.ts'

test('the digest equals the published value', () => {
  assert.equal(loginDigest('password', '1234'), '58591fd5f5e7ebe13173adbe6ec88a00')
})

test('converts the captcha to lower case', () => {
  assert.equal(loginDigest('password', 'aB3d'), loginDigest('password', 'Ab3D'))
  assert.notEqual(loginDigest('password', 'ab3d'), loginDigest('password', 'ab3e'))
})

test('encodes text outside ASCII as UTF-8', () => {
  assert.equal(md5('青果'), '07f6b23c461b1958d333aa1bbfef576a')
})
