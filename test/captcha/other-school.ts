import jpeg from 'jpeg-js'
import { Canvas, type Colour } from '../../src/tools/simulated-school/captcha/canvas.ts'
import { digitGlyphs } from '../../src/tools/simulated-school/captcha/digit-glyphs.ts'
import { between, type Random, seededRandom } from '../../src/tools/simulated-school/random.ts'

/** Five light symbols on a dark background, taller and further apart than KINGOSOFT's. */
export const otherLayout = { left: 9, top: 12, pitch: 17, width: 12, height: 16, count: 5 }
/** The same, in the format of `--cells`. */
export const otherCells = Object.values(otherLayout).join(',')

interface Drawing {
  width?: number
  height?: number
  random?: Random
}

export function drawOther(
  digits: string,
  { width = 100, height = 40, random = seededRandom(1) }: Drawing = {},
): Buffer {
  const ground = between(random, 20, 90)
  const canvas = new Canvas(width, height, [ground, ground, ground])
  ;[...digits].forEach((digit, index) => {
    const shade = between(random, 160, 250)
    drawDigit(canvas, Number(digit), otherLayout.left + index * otherLayout.pitch, [shade, shade, ground])
  })
  for (let dots = digits.length * 10; dots > 0; dots--) {
    const grey = between(random, 60, 160)
    canvas.dot(between(random, 0, width - 1), between(random, 0, height - 1), [grey, grey, grey])
  }
  return jpeg.encode({ width, height, data: canvas.pixels }, 80).data
}

function drawDigit(canvas: Canvas, digit: number, left: number, colour: Colour): void {
  digitGlyphs[digit]?.forEach((row, y) => {
    ;[...row].forEach((pixel, x) => {
      if (pixel === '#') canvas.dot(left + x, otherLayout.top + y, colour)
    })
  })
}

/** Images whose labels contain each digit about `count / 2` times. */
export function drawOthers(count: number, random: Random): { label: string; image: Buffer }[] {
  return Array.from({ length: count }, () => {
    const label = Array.from({ length: otherLayout.count }, () => between(random, 0, 9)).join('')
    return { label, image: drawOther(label, { random }) }
  })
}
