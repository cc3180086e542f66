import assert from 'node:assert/strict'
import { test } from 'node:test'
import jpeg from 'jpeg-js'
import { decodeLuminance } from '../../src/tools/captcha/luminance.ts'
import { between, seededRandom } from '../../src/tools/simulated-school/random.ts'
import { baselineJpegs, captcha2749 } from './images.ts'

/** Two decoders may round differently, but by no more than this. */
const ROUNDING = 1

function assertSameBrightness(image: Buffer): void {
  // Without the conversion to RGB, the first of the three components is the brightness as written.
  const { width, height, data } = jpeg.decode(image, { colorTransform: false, useTArray: true, formatAsRGBA: false })
  const expected = Array.from({ length: width * height }, (_, pixel) => data[3 * pixel] ?? Number.NaN)
  const actual = decodeLuminance(image)
  assert.deepEqual([actual.width, actual.height, actual.values.length], [width, height, width * height])
  const apart = Math.max(...expected.map((value, pixel) => Math.abs(value - (actual.values[pixel] ?? Number.NaN))))
  assert.ok(apart <= ROUNDING, `${apart} levels apart`)
}

for (const [kind, image] of Object.entries({ ...baselineJpegs, captcha: captcha2749 })) {
  test(`the brightness of a JPEG, ${kind}, equals that of jpeg-js`, () => assertSameBrightness(image))
}

for (const [width, height] of [
  [1, 1],
  [8, 8],
  [9, 7],
  [70, 30],
  [257, 3],
  [130, 121],
] as const) {
  test(`noise of ${width} by ${height} pixels decodes as in jpeg-js, at any quality`, () => {
    const random = seededRandom(width * height)
    const data = Buffer.from(Uint8Array.from({ length: width * height * 4 }, () => between(random, 0, 255)))
    for (const quality of [1, 10, 50, 75, 95, 100]) {
      assertSameBrightness(jpeg.encode({ width, height, data }, quality).data)
    }
  })
}
