import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeText } from './charset.ts'

test('encodes GBK text as Chinese systems do', () => {
  assert.equal(encodeText('验证码 ok', 'gbk').toString('hex'), 'd1e9d6a4c2eb206f6b')
  assert.equal(encodeText('锁定|5', 'gbk').toString('hex'), 'cbf8b6a87c35')
})

test('every common character survives encoding to GBK and decoding', () => {
  const text = '账号或密码有误！系统维护中，请稍后再试。教务系统：登录—“学年”'
  assert.equal(new TextDecoder('gbk').decode(encodeText(text, 'gbk')), text)
})

test('replaces a character that GBK lacks with a question mark', () => {
  assert.equal(encodeText('😀', 'gbk').toString('latin1'), '?')
})
