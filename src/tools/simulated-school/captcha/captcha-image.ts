import jpeg from 'jpeg-js'
import { between, type Random } from '../random.ts'
import { Canvas, type Colour } from './canvas.ts'
import { digitGlyphs } from './digit-glyphs.ts'

const WIDTH = 70
const HEIGHT = 30
const JPEG_QUALITY = 75
const PEN_X = 6
const PEN_STEP = 15
const GLYPH_TOP = 8
const STROKES = 8
const LONGEST_STROKE = 12

/** Draws the school's captcha of four digits. `scribbled` makes the digits unreadable. */
export function drawCaptcha(digits: string, random: Random, scribbled = false): Buffer {
  const canvas = new Canvas(WIDTH, HEIGHT, anyColour(random, 200, 249))
  for (let stroke = 0; stroke < STROKES; stroke++) drawStroke(canvas, random)
  ;[...digits].forEach((digit, index) => {
    drawDigit(canvas, Number(digit), PEN_X + PEN_STEP * index, anyColour(random, 20, 129))
  })
  if (scribbled) scribble(canvas, random)
  canvas.frame([0, 0, 0])
  canvas.shareChroma()
  return jpeg.encode({ width: WIDTH, height: HEIGHT, data: canvas.pixels }, JPEG_QUALITY).data
}

function anyColour(random: Random, least: number, most: number): Colour {
  return [between(random, least, most), between(random, least, most), between(random, least, most)]
}

function drawDigit(canvas: Canvas, digit: number, left: number, colour: Colour): void {
  digitGlyphs[digit]?.forEach((row, y) => {
    ;[...row].forEach((pixel, x) => {
      if (pixel === '#') canvas.dot(left + x, GLYPH_TOP + y, colour)
    })
  })
}

/** Draws a short grey line to the right and downwards from a random point. */
function drawStroke(canvas: Canvas, random: Random): void {
  const grey = between(random, 115, 150)
  const [left, top] = [between(random, 0, WIDTH - 1), between(random, 0, HEIGHT - 1)]
  const [width, height] = [between(random, 0, LONGEST_STROKE - 1), between(random, 0, LONGEST_STROKE - 1)]
  const steps = Math.max(width, height, 1)
  for (let step = 0; step <= steps; step++) {
    canvas.dot(left + Math.round((step / steps) * width), top + Math.round((step / steps) * height), [grey, grey, grey])
  }
}

function scribble(canvas: Canvas, random: Random): void {
  for (let y = GLYPH_TOP - 2; y < HEIGHT - 4; y++) {
    for (let x = PEN_X; x < WIDTH - PEN_X; x++) {
      canvas.dot(x, y, random() < 0.5 ? [60, 60, 60] : [225, 225, 225])
    }
  }
}
