import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultLimits } from '../../src/schools/form-login/limits.ts'
import { loadCaptchaProfile } from '../../src/server/captcha-reader.ts'
import { CaptchaError } from '../../src/tools/captcha/captcha-error.ts'
import { createReader, type Reading } from '../../src/tools/captcha/reader.ts'
import { drawCaptcha } from '../../src/tools/simulated-school/captcha/captcha-image.ts'
import { seededRandom } from '../../src/tools/simulated-school/random.ts'
import { captcha2749 } from './images.ts'
import { drawOther } from './other-school.ts'

const read = createReader(loadCaptchaProfile())

const isTaken = ({ margin }: Reading) => margin >= defaultLimits.captchaMargin

test('three hundred captchas in a font that the templates do not come from are read right, few are thrown back', () => {
  const random = seededRandom(11)
  let thrownBack = 0
  for (let image = 0; image < 300; image++) {
    const digits = String(Math.floor(random() * 10_000)).padStart(4, '0')
    const reading = read(drawCaptcha(digits, random))
    assert.equal(reading.digits, digits)
    if (!isTaken(reading)) thrownBack++
  }
  assert.ok(thrownBack <= 9, `${thrownBack} were thrown back`)
})

test('a captcha whose colours are halved both ways, as schools send it, is read', () => {
  const reading = read(captcha2749)
  assert.equal(reading.digits, '2749')
  assert.ok(isTaken(reading))
})

test('captchas that nobody can read are thrown back', () => {
  const random = seededRandom(12)
  const taken = Array.from({ length: 100 }, () => read(drawCaptcha('4711', random, true))).filter(isTaken)
  assert.ok(taken.length <= 1, `${taken.length} were taken`)
})

test('an image without anything on it is a toss-up', () => {
  const blank = drawOther('', { width: 70, height: 30 })
  assert.equal(read(blank).margin, 0)
})

test('an image of another size is another layout', () => {
  assert.throws(
    () => read(drawOther('01234')),
    (error) => error instanceof CaptchaError && error.fault === 'other layout',
  )
})

test('bytes that are only a part of a larger buffer are read for themselves', () => {
  const padded = Buffer.concat([Buffer.alloc(7, 0xff), captcha2749, Buffer.alloc(5, 0xff)])
  assert.deepEqual(read(padded.subarray(7, 7 + captcha2749.length)), read(captcha2749))
})
