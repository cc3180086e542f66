import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeLuminance } from '../../src/tools/captcha/luminance.ts'
import { drawCaptcha } from '../../src/tools/simulated-school/captcha/captcha-image.ts'
import { seededRandom } from '../../src/tools/simulated-school/random.ts'

test('reads an image whose pixels end on a whole byte, whatever padding its encoder writes', () => {
  const random = seededRandom(7)
  let padded = 0
  for (let image = 0; image < 100; image++) {
    const bytes = drawCaptcha(String(1000 + image), random)
    // jpeg-js writes one byte of ones, and the stuffed zero after it, before the end marker.
    if (bytes.subarray(-4).equals(Buffer.from([0xff, 0x00, 0xff, 0xd9]))) padded++
    assert.equal(decodeLuminance(bytes).width, 70)
    const filled = Buffer.concat([bytes.subarray(0, -2), Buffer.from([0xff, 0xff, 0xff, 0xd9])])
    assert.deepEqual(decodeLuminance(filled), decodeLuminance(bytes))
  }
  assert.ok(padded > 0)
})
