import assert from 'node:assert/strict'
import test from 'node:test'
import { dialects } from './dialects.ts'
import { md5 } from './digest.ts'
import { keysPath, passwordPolicy, readKeys } from './k3.ts'
import { strEnc } from './str-enc.ts'

const input = { studentNumber: '4142100101', schoolPassword: 'password', captcha: '1234', sessionId: 'ABC.kingo' }
const digest = '58591fd5f5e7ebe13173adbe6ec88a00'
const user = Buffer.from('4142100101;;ABC.kingo').toString('base64')
const k2Text = `_u1234=${user}&_p1234=${digest}&randnumber=1234&isPasswordPolicy=1`
const noPages = () => assert.fail('no page is requested')

test('K1 sends a form with four fields', async () => {
  const { method, path, form } = await dialects.k1.logon(input, noPages)
  assert.deepEqual([method, path], ['POST', '/cas/logon.action'])
  assert.equal(form, `username=4142100101&password=${digest}&randnumber=1234&isPasswordPolicy=1`)
})

test('K2 by POST sends raw text with the captcha in the names of its fields', async () => {
  assert.deepEqual(await dialects['k2-post'].logon(input, noPages), {
    method: 'POST',
    path: '/cas/logon.action',
    form: k2Text,
  })
})

test('K2 by GET sends the same text as a query', async () => {
  assert.deepEqual(await dialects['k2-get'].logon(input, noPages), {
    method: 'GET',
    path: `/cas/logon.action?${k2Text}`,
  })
})

test('K3 encrypts the text of K2 and the password policy with a fresh key', async () => {
  const fetched: string[] = []
  const call = await dialects.k3.logon(input, async (path) => {
    fetched.push(path)
    return "var _deskey = '6061586830242491265';\nvar _nowtime = '2020-04-14 10:10:42';"
  })
  const plain = `${k2Text}&txt_mm_expression=4&txt_mm_length=8&txt_mm_userzh=0`
  const params = Buffer.from(strEnc(plain, '6061586830242491265')).toString('base64')
  const token = md5(md5(plain) + md5('2020-04-14 10:10:42'))
  assert.deepEqual(fetched, [keysPath])
  assert.equal(call.form, `params=${params}&token=${token}&timestamp=2020-04-14%2010:10:42`)
})

for (const [password, expected] of [
  ['abc', [4, 3, 0]],
  ['ABC123', [10, 6, 0]],
  ['aB1!', [15, 4, 0]],
  ['x4142100101', [12, 11, 1]],
  ['密码', [1, 2, 0]],
] as const) {
  test(`the password policy of «${password}» is ${expected}`, () => {
    const [kinds, length, holdsName] = expected
    const text = `&txt_mm_expression=${kinds}&txt_mm_length=${length}&txt_mm_userzh=${holdsName}`
    assert.equal(passwordPolicy(password, '4142100101'), text)
  })
}

for (const [what, script, reason] of [
  ['a page', '<html><body>维护中</body></html>', 'maintenance'],
  ['no key', "var _nowtime = '2020-04-14 10:10:42';", 'not-understood'],
  ['an empty key', "var _deskey = ''; var _nowtime = '2020-04-14 10:10:42';", 'not-understood'],
  ['a time that would break the form', "var _deskey = '1'; var _nowtime = '1&status=200';", 'not-understood'],
] as const) {
  test(`${what} in place of K3's keys is reported as ${reason}`, () => {
    assert.throws(() => readKeys(script), { name: 'SchoolError', reason })
  })
}
