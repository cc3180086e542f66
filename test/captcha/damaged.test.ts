import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadCaptchaProfile } from '../../src/server/school/captcha-reader.ts'
import { CaptchaError } from '../../src/tools/captcha/captcha-error.ts'
import { decodeLuminance } from '../../src/tools/captcha/luminance.ts'
import { createReader } from '../../src/tools/captcha/reader.ts'
import { drawCaptcha } from '../../src/tools/simulated-school/captcha/captcha-image.ts'
import { seededRandom } from '../../src/tools/simulated-school/random.ts'
import { assertTook } from '../support/patience.ts'
import { damaged } from './damages.ts'
import { baselineJpegs, captcha2749, otherImages } from './images.ts'

const IMAGES = 20_000
/** Usually some tenths of a millisecond; the rest is for a busy machine. */
const MOST_MS = 2000

const read = createReader(loadCaptchaProfile())

/** @returns whether it could be read @throws every error other than CaptchaError */
function isRead(look: (image: Buffer) => unknown, image: Buffer): boolean {
  try {
    look(image)
    return true
  } catch (error) {
    if (error instanceof CaptchaError) return false
    throw error
  }
}

test(`reads or refuses ${IMAGES} damaged images in limited time, without any other result`, () => {
  const random = seededRandom(2017)
  const captchas = ['0123', '4567', '8990'].map((digits) => drawCaptcha(digits, random))
  const whole = [captcha2749, ...captchas, ...Object.values(baselineJpegs), ...Object.values(otherImages)]
  let [readable, longest] = [0, 0]
  for (let index = 0; index < IMAGES; index++) {
    const image = damaged(whole[index % whole.length] ?? captcha2749, random)
    const startedAt = performance.now()
    // Images of another size are decoded too, as the profile of another school may need them.
    if (isRead(index % 2 === 0 ? read : decodeLuminance, image)) readable++
    longest = Math.max(longest, performance.now() - startedAt)
  }
  assertTook(longest, MOST_MS, 'the longest')
  assert.ok(readable > IMAGES / 100 && readable < IMAGES / 2, `${readable} could be read`)
})

test('refuses or decodes the worst content of the largest file in limited time', () => {
  const tables = Buffer.concat([Buffer.from([0xff, 0xc4, 0, 19]), Buffer.alloc(17)])
  const start = captcha2749.subarray(0, 2)
  const manyTables = Buffer.concat([start, ...Array.from({ length: 12_000 }, () => tables), captcha2749.subarray(2)])
  const startedAt = performance.now()
  isRead(read, manyTables)
  assertTook(performance.now() - startedAt, MOST_MS, 'the worst')
})
