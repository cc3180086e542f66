import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeText } from './charset.ts'

test('GBK text has the bytes that a Chinese system writes', () => {
  assert.equal(encodeText('验证码 ok', 'gbk').toString('hex'), 'd1e9d6a4c2eb206f6b')
  assert.equal(encodeText('锁定|5', 'gbk').toString('hex'), 'cbf8b6a87c35')
})

test('every common character survives the way to GBK and back', () => {
  const text = '账号或密码有误！系统维护中，请稍后再试。教务系统：登录—“学年”'
  assert.equal(new TextDecoder('gbk').decode(encodeText(text, 'gbk')), text)
})

test('a character that GBK lacks becomes a question mark', () => {
  assert.equal(encodeText('😀', 'gbk').toString('latin1'), '?')
})
