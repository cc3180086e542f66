import assert from 'node:assert/strict'
import { test } from 'node:test'
import jpeg from 'jpeg-js'
import { seededRandom } from '../random.ts'
import { readCaptcha } from '../test-client.ts'
import { drawCaptcha } from './captcha-image.ts'

test('a captcha is a JPEG of 70 by 30 pixels with a black border and a light background', () => {
  const { width, height, data } = jpeg.decode(drawCaptcha('0123', seededRandom(1)), { useTArray: true })
  const lumaAt = (x: number, y: number) => data[(y * width + x) * 4 + 1] ?? 0
  assert.deepEqual([width, height], [70, 30])
  assert.ok(lumaAt(35, 0) < 70 && lumaAt(35, 29) < 70 && lumaAt(0, 15) < 70 && lumaAt(69, 15) < 70)
  const ground = Array.from({ length: 60 }, (_, x) => lumaAt(5 + x, 4)).sort((a, b) => a - b)
  assert.ok((ground[30] ?? 0) > 180)
})

test('the four digits of a hundred images can be read', () => {
  const random = seededRandom(2)
  for (let image = 0; image < 100; image++) {
    const digits = String(Math.floor(random() * 10_000)).padStart(4, '0')
    assert.equal(readCaptcha(drawCaptcha(digits, random)), digits)
  }
})

test('a scribbled captcha cannot be read', () => {
  const random = seededRandom(3)
  const read = Array.from({ length: 50 }, () => readCaptcha(drawCaptcha('4711', random, true)))
  assert.ok(!read.includes('4711'))
})
