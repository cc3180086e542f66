import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultForms, parseFault } from './fault-text.ts'

test('every fault can be given by its name alone', () => {
  for (const name of Object.keys(faultForms)) assert.equal(parseFault(name).name, name)
})

const spelled = [
  { text: 'slow:500@captcha,times=2', fault: { name: 'slow', ms: 500, at: 'captcha', times: 2 } },
  { text: 'http-status:503@every', fault: { name: 'http-status', status: 503, at: 'every' } },
  { text: 'captcha-refused:2', fault: { name: 'captcha-refused', times: 2 } },
  { text: 'hang@login-page', fault: { name: 'hang', at: 'login-page' } },
  {
    text: 'redirect-elsewhere:https://127.0.0.1:9/a@proof',
    fault: { name: 'redirect-elsewhere', location: 'https://127.0.0.1:9/a', at: 'proof' },
  },
  { text: 'status-407:请先：注册,times=1', fault: { name: 'status-407', message: '请先：注册', times: 1 } },
]
for (const { text, fault } of spelled) {
  test(`parses ${text}`, () => assert.deepEqual(parseFault(text), fault))
}

const faulty = [
  { text: 'hong', message: 'no fault is called "hong"' },
  { text: '', message: 'no fault is called ""' },
  { text: 'hang:3', message: 'hang takes no parameter' },
  { text: 'hang@door', message: 'no step is called "door" (login-page, captcha, key-page, logon, proof, every)' },
  { text: 'locked@captcha', message: 'locked has its own step' },
  { text: 'http-status:200', message: '"200" is not a whole number from 400 to 599' },
  { text: 'slow:soon', message: '"soon" is not a whole number from 0 to 600000' },
  { text: 'hang,times=0', message: '"0" is not a whole number from 1 to 600000' },
]
for (const { text, message } of faulty) {
  test(`rejects "${text}": ${message}`, () => assert.throws(() => parseFault(text), { message }))
}
