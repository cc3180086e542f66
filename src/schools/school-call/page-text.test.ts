import assert from 'node:assert/strict'
import test from 'node:test'
import { looksLikeHtml, pageText, saysMaintenance } from './page-text.ts'

const gbk = Buffer.from('b5c7c2bc', 'hex')
const utf8 = Buffer.from('登录')

for (const [what, body, contentType] of [
  ['GBK declared in the header', gbk, 'text/html; charset=GBK'],
  ['GBK declared as gb2312', gbk, 'text/html;charset="gb2312"'],
  ['undeclared GBK', gbk, 'text/html'],
  ['GBK declared as UTF-8', gbk, 'text/html; charset=utf-8'],
  ["GBK declared as ISO 8859-1, Tomcat's default", gbk, 'text/html; charset=ISO-8859-1'],
  ['undeclared UTF-8', utf8, ''],
  ['UTF-8 declared as ISO 8859-1', utf8, 'text/html; charset=ISO-8859-1'],
  ['UTF-8 with a byte order mark', Buffer.from('\uFEFF登录'), ''],
] as const) {
  test(`decodes ${what}`, () => assert.equal(pageText(body, contentType), '登录'))
}

test('decodes GBK declared in the head, even if the bytes are also valid UTF-8', () => {
  const ambiguous = Buffer.concat([Buffer.from('<meta charset="gbk">'), Buffer.from('c4a3', 'hex')])
  assert.equal(pageText(ambiguous, 'text/html'), '<meta charset="gbk">模')
})

test('decodes bytes in neither encoding to some text', () => {
  assert.equal(typeof pageText(Uint8Array.from([0xff, 0xff, 0x80]), ''), 'string')
})

test('distinguishes a page from data', () => {
  assert.ok(looksLikeHtml('\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0">'))
  assert.ok(looksLikeHtml('系统维护<br><p>请稍后</p>'))
  assert.ok(!looksLikeHtml('{"message":"a < b"}'))
  assert.ok(!looksLikeHtml('\x13\x02<p\0\x7f'))
})

test('distinguishes a page shown at night from a login page', () => {
  assert.ok(saysMaintenance('<html><head><title>系统维护</title><script></script></head><body></body></html>'))
  assert.ok(saysMaintenance('<h1>系统正在维护中，请稍后再访问</h1>'))
  assert.ok(!saysMaintenance('<title>教务系统</title><form>登录</form><p>通知：周六系统维护</p>'))
  assert.ok(!saysMaintenance('<title>教务系统</title><script src="login.js"></script>周六系统维护'))
  assert.ok(!saysMaintenance('<html><body>教务系统</body></html>'))
})
