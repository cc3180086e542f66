// Regenerates src/tools/captcha/profiles/kingosoft.json: `node scripts/captcha-templates.ts`.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import opentype from 'opentype.js'
import { type CaptchaProfile, type CellLayout, writtenProfile } from '../src/tools/captcha/profile.ts'

const FONT = fileURLToPath(import.meta.resolve('@fontsource/stix-two-text/files/stix-two-text-latin-700-normal.woff'))
const TARGET = new URL('../src/tools/captcha/profiles/kingosoft.json', import.meta.url)

/** The size and position with the widest margins on 300 real images. Readings are also correct near them (docs/captcha.md). */
export interface Drawing {
  pixelsPerEm: number
  /** The pen position inside a cell, in pixels. */
  penX: number
  baseline: number
  /** True: the covered share of a pixel as grey. False: black if at least half of the pixel is covered. */
  smooth: boolean
}

const layout: CellLayout = { left: 6, top: 8, pitch: 15, width: 12, height: 16, count: 4 }
const kingosoft: Drawing = { pixelsPerEm: 23.75, penX: -0.2, baseline: 15.6, smooth: true }
const SAMPLES_A_SIDE = 8

interface Point {
  x: number
  y: number
}

type Curve = Extract<opentype.PathCommand, { type: 'Q' | 'C' }>

/** Flattens an outline's curves into chords that are short enough for a glyph of about 16 rows. */
function polygonsOf(path: opentype.Path): Point[][] {
  const polygons: Point[][] = []
  let here: Point = { x: 0, y: 0 }
  for (const command of path.commands) {
    if (command.type === 'Z') continue
    if (command.type === 'M') polygons.push([])
    const isCurve = command.type === 'Q' || command.type === 'C'
    polygons.at(-1)?.push(...(isCurve ? chordsOf(here, command) : [{ x: command.x, y: command.y }]))
    here = { x: command.x, y: command.y }
  }
  return polygons
}

function chordsOf(from: Point, curve: Curve): Point[] {
  const ends = [from, { x: curve.x1, y: curve.y1 }]
  const points = curve.type === 'C' ? [...ends, { x: curve.x2, y: curve.y2 }, curve] : [...ends, curve]
  return Array.from({ length: 8 }, (_, index) => onBezier(points, (index + 1) / 8))
}

/** De Casteljau's algorithm, for any degree. */
function onBezier(points: readonly Point[], t: number): Point {
  const [first, ...rest] = points
  if (!first || rest.length === 0) return first ?? { x: 0, y: 0 }
  const between = (a: number, b: number) => (1 - t) * a + t * b
  return onBezier(
    rest.map((to, index) => ({
      x: between(points[index]?.x ?? 0, to.x),
      y: between(points[index]?.y ?? 0, to.y),
    })),
    t,
  )
}

/** Applies the non-zero winding rule, which font outlines require. */
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

/** The share of each pixel that is inside the outline, row by row, 0 to 1. */
function inkOf(font: opentype.Font, symbol: string, { width, height }: CellLayout, drawing: Drawing): number[] {
  const polygons = polygonsOf(font.getPath(symbol, drawing.penX, drawing.baseline, drawing.pixelsPerEm))
  const steps = Array.from({ length: SAMPLES_A_SIDE }, (_, index) => (index + 0.5) / SAMPLES_A_SIDE)
  return Array.from({ length: width * height }, (_, pixel) => {
    const [column, row] = [pixel % width, Math.floor(pixel / width)]
    const hits = steps.flatMap((dy) => steps.filter((dx) => isInside({ x: column + dx, y: row + dy }, polygons))).length
    const share = hits / SAMPLES_A_SIDE ** 2
    return drawing.smooth ? share : Math.round(share)
  })
}

/** @param drawing size and position, to try other values */
export function drawProfile(fontFile = FONT, drawing = kingosoft, cells = layout): CaptchaProfile {
  const file = readFileSync(fontFile)
  const font = opentype.parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength))
  return {
    name: 'kingosoft',
    source: 'Drawn by scripts/captcha-templates.ts from STIX Two Text Bold (SIL Open Font License 1.1, see OFL.txt)',
    image: { width: 70, height: 30 },
    cells,
    ink: 'dark',
    templates: [...'0123456789'].map((symbol) => ({ symbol, ink: inkOf(font, symbol, cells, drawing) })),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(TARGET, writtenProfile(drawProfile()))
