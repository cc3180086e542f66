import assert from 'node:assert/strict'
import test from 'node:test'
import { type CaptchaMonitorOptions, createCaptchaMonitor } from './captcha-monitor.ts'
import type { CaptchaFate } from './form-login/captcha-reader.ts'
import type { Logger } from './logger.ts'

function monitorWith(options: Partial<CaptchaMonitorOptions> = {}) {
  let time = 0
  const alarms: string[] = []
  const logger: Logger = { debug() {}, info() {}, warn() {}, error: (_, message) => alarms.push(message) }
  const monitor = createCaptchaMonitor({ mode: 'read', logger, now: () => time, ...options })
  const report = (fate: CaptchaFate, times = 1) => {
    for (let index = 0; index < times; index++) monitor.report(fate)
  }
  const pass = (ms: number) => {
    time += ms
  }
  return { monitor, alarms, report, pass }
}

test('after five refused captchas in a row, asks the student and raises an alarm', () => {
  const { monitor, alarms, report } = monitorWith()
  report('refused', 4)
  assert.equal(monitor.mode(), 'read')
  report('refused')
  assert.equal(monitor.mode(), 'ask')
  assert.equal(alarms.length, 1)
})

test('an accepted captcha resets the count', () => {
  const { monitor, alarms, report } = monitorWith()
  report('refused', 4)
  report('accepted')
  report('refused', 4)
  assert.equal(monitor.mode(), 'read')
  assert.equal(alarms.length, 0)
})

test('unreadable captchas do not affect the count of refusals, but many in a row also start asking', () => {
  const { monitor, report } = monitorWith()
  report('refused', 4)
  report('unreadable', 5)
  assert.equal(monitor.mode(), 'read')
  report('refused')
  assert.equal(monitor.mode(), 'ask')
  const other = monitorWith()
  other.report('unreadable', 24)
  assert.equal(other.monitor.mode(), 'ask')
})

test('asking ends after its time, and one more refusal starts it again', () => {
  const { monitor, alarms, report, pass } = monitorWith({ askForMs: 1000 })
  report('refused', 5)
  assert.equal(monitor.asksFor(), 1)
  pass(999)
  assert.equal(monitor.mode(), 'ask')
  pass(1)
  assert.equal(monitor.mode(), 'read')
  report('refused')
  assert.equal(monitor.mode(), 'ask')
  assert.equal(alarms.length, 2)
  pass(1000)
  report('accepted')
  report('refused', 4)
  assert.equal(monitor.mode(), 'read')
})

test('stays in mode ask if the operator sets it', () => {
  const { monitor, report } = monitorWith({ mode: 'ask' })
  assert.equal(monitor.asksFor(), 600)
  report('accepted', 9)
  assert.equal(monitor.mode(), 'ask')
})

test('counts every outcome', () => {
  const { monitor, report } = monitorWith()
  report('accepted', 3)
  report('refused', 2)
  report('unreadable')
  assert.deepEqual(monitor.counts, { accepted: 3, refused: 2, unreadable: 1 })
})
