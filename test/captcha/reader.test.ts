import assert from 'node:assert/strict'
import { test } from 'node:test'
import jpeg from 'jpeg-js'
import { defaultLimits } from '../../src/schools/form-login/limits.ts'
import { loadCaptchaProfile } from '../../src/server/school/captcha-reader.ts'
import { CaptchaError } from '../../src/tools/captcha/captcha-error.ts'
import { createReader, type Reading } from '../../src/tools/captcha/reader.ts'
import { drawCaptcha } from '../../src/tools/simulated-school/captcha/captcha-image.ts'
import { seededRandom } from '../../src/tools/simulated-school/random.ts'
import { captcha2749 } from './images.ts'
import { drawOther } from './other-school.ts'

const read = createReader(loadCaptchaProfile())

const isTaken = ({ margin }: Reading) => margin >= defaultLimits.captchaMargin

test('reads a hundred captchas in a font without templates correctly, and refuses few', () => {
  const random = seededRandom(11)
  let refused = 0
  for (let image = 0; image < 100; image++) {
    const digits = String(Math.floor(random() * 10_000)).padStart(4, '0')
    const reading = read(drawCaptcha(digits, random))
    assert.equal(reading.digits, digits)
    if (!isTaken(reading)) refused++
  }
  assert.ok(refused <= 3, `${refused} were refused`)
})

test('reads a captcha with subsampled chroma in both directions, as schools send it', () => {
  const reading = read(captcha2749)
  assert.equal(reading.digits, '2749')
  assert.ok(isTaken(reading))
})

test('refuses captchas that nobody can read', () => {
  const random = seededRandom(12)
  const taken = Array.from({ length: 50 }, () => read(drawCaptcha('4711', random, true))).filter(isTaken)
  assert.ok(taken.length <= 1, `${taken.length} were taken`)
})

test('reports an empty image as ambiguous', () => {
  const blank = drawOther('', { width: 70, height: 30 })
  assert.equal(read(blank).margin, 0)
})

test('reports an image of another size as another layout', () => {
  assert.throws(
    () => read(drawOther('01234')),
    (error) => error instanceof CaptchaError && error.fault === 'other layout',
  )
})

test('reads bytes that are a part of a larger buffer', () => {
  const padded = Buffer.concat([Buffer.alloc(7, 0xff), captcha2749, Buffer.alloc(5, 0xff)])
  assert.deepEqual(read(padded.subarray(7, 7 + captcha2749.length)), read(captcha2749))
})

interface Drawn {
  digits: string
  image: Uint8Array
}
const drawn: Drawn[] = []

/** Drawn once for all tests, because encoding takes 30 ms of processor time. */
function drawMany(): Drawn[] {
  const random = seededRandom(13)
  while (drawn.length < 40) {
    const digits = String(Math.floor(random() * 10_000)).padStart(4, '0')
    drawn.push({ digits, image: drawCaptcha(digits, random) })
  }
  return drawn
}

for (const [x, y] of [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, 1],
  [-1, -1],
  [2, -2],
] as const) {
  test(`captchas moved by ${x} and ${y} pixels are read correctly or refused`, () => {
    let refused = 0
    for (const { digits, image } of drawMany()) {
      const reading = read(moved(image, x, y))
      if (!isTaken(reading)) refused++
      else assert.equal(reading.digits, digits)
    }
    assert.ok(refused <= 4, `${refused} were refused`)
  })
}

test('refuses shapes that resemble no digit, however well one digit fits better than the others', () => {
  const random = seededRandom(14)
  for (let image = 0; image < 40; image++) assert.equal(read(scribble(random)).margin, 0)
})

/** The image, moved to the right and downwards; its edge fills the gap. */
function moved(image: Uint8Array, x: number, y: number): Buffer {
  const { width, height, data } = jpeg.decode(image, { useTArray: true })
  const within = (at: number, length: number) => Math.min(length - 1, Math.max(0, at))
  const pixels = Buffer.alloc(data.length)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = 4 * (within(row - y, height) * width + within(column - x, width))
      pixels.set(data.subarray(from, from + 4), 4 * (row * width + column))
    }
  }
  return jpeg.encode({ width, height, data: pixels }, 90).data
}

/** Dark bars across a light image, at random. */
function scribble(random: () => number): Buffer {
  const [width, height] = [70, 30]
  const data = Buffer.alloc(width * height * 4, 230)
  for (let bar = 0; bar < 12; bar++) {
    const [left, top] = [Math.floor(random() * 66), Math.floor(random() * 30)]
    for (let at = 0; at < 4; at++) data.fill(30, 4 * (top * width + left + at), 4 * (top * width + left + at) + 3)
  }
  return jpeg.encode({ width, height, data }, 90).data
}
