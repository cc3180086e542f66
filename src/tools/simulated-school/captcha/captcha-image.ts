import jpeg from 'jpeg-js'
import { between, type Random } from '../random.ts'
import { Canvas, type Colour } from './canvas.ts'
import { digitGlyphs } from './digit-glyphs.ts'

const widthPx = 70
const heightPx = 30
const jpegQuality = 75
const penX = 6
const penStep = 15
const glyphTop = 8
const strokeCount = 8
const maxStrokePx = 12

/** Draws the school's captcha of four digits. `scribbled` makes the digits unreadable. */
export function drawCaptcha(digits: string, random: Random, scribbled = false): Buffer {
  const canvas = new Canvas(widthPx, heightPx, anyColour(random, 200, 249))
  for (let stroke = 0; stroke < strokeCount; stroke++) drawStroke(canvas, random)
  ;[...digits].forEach((digit, index) => {
    drawDigit(canvas, Number(digit), penX + penStep * index, anyColour(random, 20, 129))
  })
  if (scribbled) scribble(canvas, random)
  canvas.frame([0, 0, 0])
  canvas.shareChroma()
  return jpeg.encode({ width: widthPx, height: heightPx, data: canvas.pixels }, jpegQuality).data
}

function anyColour(random: Random, least: number, most: number): Colour {
  return [between(random, least, most), between(random, least, most), between(random, least, most)]
}

function drawDigit(canvas: Canvas, digit: number, left: number, colour: Colour): void {
  digitGlyphs[digit]?.forEach((row, y) => {
    ;[...row].forEach((pixel, x) => {
      if (pixel === '#') canvas.dot(left + x, glyphTop + y, colour)
    })
  })
}

/** Draws a short grey line to the right and downwards from a random point. */
function drawStroke(canvas: Canvas, random: Random): void {
  const grey = between(random, 115, 150)
  const [left, top] = [between(random, 0, widthPx - 1), between(random, 0, heightPx - 1)]
  const [width, height] = [between(random, 0, maxStrokePx - 1), between(random, 0, maxStrokePx - 1)]
  const steps = Math.max(width, height, 1)
  for (let step = 0; step <= steps; step++) {
    canvas.dot(left + Math.round((step / steps) * width), top + Math.round((step / steps) * height), [grey, grey, grey])
  }
}

function scribble(canvas: Canvas, random: Random): void {
  for (let y = glyphTop - 2; y < heightPx - 4; y++) {
    for (let x = penX; x < widthPx - penX; x++) {
      canvas.dot(x, y, random() < 0.5 ? [60, 60, 60] : [225, 225, 225])
    }
  }
}
