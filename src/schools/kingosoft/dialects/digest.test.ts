import assert from 'node:assert/strict'
import test from 'node:test'
import { loginDigest, md5 } from './digest.ts'

test('the digest is the published one', () => {
  assert.equal(loginDigest('password', '1234'), '58591fd5f5e7ebe13173adbe6ec88a00')
})

test('the captcha counts in lower case', () => {
  assert.equal(loginDigest('password', 'aB3d'), loginDigest('password', 'Ab3D'))
  assert.notEqual(loginDigest('password', 'ab3d'), loginDigest('password', 'ab3e'))
})

test('a text outside ASCII is taken as UTF-8', () => {
  assert.equal(md5('青果'), '07f6b23c461b1958d333aa1bbfef576a')
})
