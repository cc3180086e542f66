// Regenerates src/tools/simulated-school/captcha/digit-glyphs.ts: `node scripts/simulated-school-glyphs.ts`.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import opentype from 'opentype.js'

const FONT = fileURLToPath(import.meta.resolve('@fontsource/tinos/files/tinos-latin-700-normal.woff'))
const TARGET = new URL('../src/tools/simulated-school/captcha/digit-glyphs.ts', import.meta.url)
const PIXELS_PER_EM = 24
const GLYPH_WIDTH = 12
const GLYPH_HEIGHT = 16

interface Point {
  x: number
  y: number
}

/** Flattens an outline's curves into chords that are short enough for a glyph of 16 rows. */
function polygonsOf(path: opentype.Path): Point[][] {
  const polygons: Point[][] = []
  let here: Point = { x: 0, y: 0 }
  for (const command of path.commands) {
    if (command.type === 'M') polygons.push([])
    if (command.type === 'Z') continue
    const control = command.type === 'Q' ? { x: command.x1, y: command.y1 } : undefined
    const end = { x: command.x, y: command.y }
    polygons.at(-1)?.push(...(control ? chordsOf(here, control, end) : [end]))
    here = end
  }
  return polygons
}

function chordsOf(from: Point, control: Point, to: Point): Point[] {
  return Array.from({ length: 8 }, (_, index) => {
    const t = (index + 1) / 8
    const along = (a: number, b: number, c: number) => (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t ** 2 * c
    return { x: along(from.x, control.x, to.x), y: along(from.y, control.y, to.y) }
  })
}

/** Applies the non-zero winding rule, which TrueType outlines require. */
function isInside(point: Point, polygons: Point[][]): boolean {
  let winding = 0
  for (const polygon of polygons) {
    polygon.forEach((to, index) => {
      const from = polygon.at(index - 1) ?? to
      if (from.y <= point.y === to.y <= point.y) return
      const crossing = from.x + ((point.y - from.y) / (to.y - from.y)) * (to.x - from.x)
      if (crossing > point.x) winding += to.y > from.y ? 1 : -1
    })
  }
  return winding !== 0
}

/** A pixel is black if at least half of it is inside the outline. There is no smoothing, as in the school's renderer. */
function bitmapOf(font: opentype.Font, digit: string): string[] {
  const polygons = polygonsOf(font.getPath(digit, 0, GLYPH_HEIGHT, PIXELS_PER_EM))
  const offsets = [0.125, 0.375, 0.625, 0.875]
  const isBlack = (column: number, row: number) =>
    offsets.flatMap((dy) => offsets.filter((dx) => isInside({ x: column + dx, y: row + dy }, polygons))).length >= 8
  return Array.from({ length: GLYPH_HEIGHT }, (_, row) =>
    Array.from({ length: GLYPH_WIDTH }, (_, column) => (isBlack(column, row) ? '#' : '.')).join(''),
  )
}

const file = readFileSync(FONT)
const font = opentype.parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength))
const glyphs = [...'0123456789'].map((digit) => bitmapOf(font, digit))
const rows = (glyph: string[]) => `  [\n${glyph.map((row) => `    '${row}',\n`).join('')}  ],\n`
writeFileSync(
  TARGET,
  `// Made by scripts/simulated-school-glyphs.ts from Tinos Bold (The Tinos Project Authors, SIL Open Font License 1.1).
// Not a font of the captcha reader's templates, so that reader and school do not match by design.

/** The digits 0 to 9 as ${GLYPH_HEIGHT} rows of ${GLYPH_WIDTH} pixels, from the pen's x rightwards. */
export const digitGlyphs: readonly (readonly string[])[] = [\n${glyphs.map(rows).join('')}]\n`,
)
