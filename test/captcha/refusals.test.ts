import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CaptchaError, type CaptchaFault } from '../../src/tools/captcha/captcha-error.ts'
import { decodeLuminance, maxImageBytes } from '../../src/tools/captcha/luminance.ts'
import { baselineJpegs, captcha2749, otherImages } from './images.ts'

const FRAME = 0xc0

/** A captcha with changed bytes in one segment, by their offset from the segment's marker. */
function changed(marker: number, changes: Record<number, number>): Buffer {
  const image = Buffer.from(captcha2749)
  const at = image.indexOf(Buffer.from([0xff, marker]))
  for (const [offset, value] of Object.entries(changes)) image[at + Number(offset)] = value
  return image
}

const refused: readonly [what: string, image: Uint8Array, fault: CaptchaFault][] = [
  ['no bytes', Buffer.alloc(0), 'not a JPEG'],
  ['a page of HTML', Buffer.from('<html><body>系统维护中</body></html>'), 'not a JPEG'],
  ['a PNG', otherImages.PNG ?? Buffer.alloc(0), 'not a JPEG'],
  ['a GIF', otherImages.GIF ?? Buffer.alloc(0), 'not a JPEG'],
  ['a BMP', otherImages.BMP ?? Buffer.alloc(0), 'not a JPEG'],
  ['a progressive JPEG', otherImages.progressive ?? Buffer.alloc(0), 'unsupported'],
  ['a CMYK JPEG', otherImages.CMYK ?? Buffer.alloc(0), 'unsupported'],
  ['12 bits a sample', changed(FRAME, { 4: 12 }), 'unsupported'],
  ['arithmetic coding', changed(FRAME, { 1: 0xc9 }), 'unsupported'],
  ['lossless coding', changed(FRAME, { 1: 0xc3 }), 'unsupported'],
  ['a scan of one of three components', changed(0xda, { 4: 1 }), 'unsupported'],
  ['brightness coarser than colour', changed(FRAME, { 11: 0x11, 14: 0x22 }), 'unsupported'],
  ['a header with 65535 by 65535 pixels', changed(FRAME, { 5: 255, 6: 255, 7: 255, 8: 255 }), 'too large'],
  ['a header with 65535 by 5 pixels', changed(FRAME, { 5: 0, 6: 5, 7: 255, 8: 255 }), 'too large'],
  ['no height', changed(FRAME, { 5: 0, 6: 0 }), 'damaged'],
  ['no components', changed(FRAME, { 9: 0 }), 'damaged'],
  ['a missing table', changed(FRAME, { 12: 3 }), 'damaged'],
  ['more rows than it contains', changed(FRAME, { 6: 200 }), 'damaged'],
  ['more bytes than any captcha has', Buffer.concat([captcha2749, Buffer.alloc(maxImageBytes)]), 'too large'],
  ['the first half', captcha2749.subarray(0, captcha2749.length >> 1), 'damaged'],
  ['all except the end', captcha2749.subarray(0, -2), 'damaged'],
]

for (const [what, image, fault] of refused) {
  test(`${what}: ${fault}`, () => {
    assert.throws(
      () => decodeLuminance(image),
      (error) => error instanceof CaptchaError && error.fault === fault,
    )
  })
}

test('a restart marker out of order is an error', () => {
  const image = Buffer.from(baselineJpegs['grey, with restart markers'] ?? [])
  const first = image.indexOf(Buffer.from([0xff, 0xd0]))
  image[first + 1] = 0xd1
  assert.throws(
    () => decodeLuminance(image),
    (error) => error instanceof CaptchaError && error.fault === 'damaged',
  )
})

test('the largest possible dimensions use no memory before they are refused', () => {
  const image = changed(FRAME, { 5: 255, 6: 255, 7: 255, 8: 255 })
  const before = process.memoryUsage().arrayBuffers
  for (let time = 0; time < 100; time++) assert.throws(() => decodeLuminance(image), CaptchaError)
  assert.ok(process.memoryUsage().arrayBuffers - before < 8 * 2 ** 20)
})
