import type { Luminance } from './luminance.ts'
import type { CaptchaProfile, CellLayout } from './profile.ts'

export interface Match {
  symbol: string
  /** How far the correlation with the second best template lies behind the best one's. */
  margin: number
}

/** @returns what finds the template that is most like a cell's ink */
export function createMatcher({ templates }: Pick<CaptchaProfile, 'templates'>): (ink: Float64Array) => Match {
  const shapes = templates.map(({ symbol, ink }) => ({ symbol, shape: standardised(new Float64Array(ink)) }))
  return (ink) => {
    const cell = standardised(ink)
    let best: Match = { symbol: '', margin: 0 }
    let [first, second] = [-Infinity, -Infinity]
    for (const { symbol, shape } of shapes) {
      const likeness = correlation(shape, cell)
      if (likeness > first) {
        second = first
        first = likeness
        best = { symbol, margin: 0 }
      } else if (likeness > second) second = likeness
    }
    return { ...best, margin: first - second }
  }
}

/** A cell's pixels, the more inked the higher. */
export function inkOfCell(picture: Luminance, cells: CellLayout, index: number, ink: 'dark' | 'light'): Float64Array {
  const sign = ink === 'dark' ? -1 : 1
  const values = new Float64Array(cells.width * cells.height)
  for (let y = 0; y < cells.height; y++) {
    const start = (cells.top + y) * picture.width + cells.left + index * cells.pitch
    for (let x = 0; x < cells.width; x++) values[y * cells.width + x] = sign * (picture.values[start + x] ?? 0)
  }
  return values
}

/** Mean 0 and length 1, so that neither brightness nor contrast counts; an even cell becomes all zeros. */
export function standardised(values: Float64Array): Float64Array {
  const result = new Float64Array(values.length)
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += values[at] ?? 0
  const mean = sum / values.length
  let squares = 0
  for (let at = 0; at < values.length; at++) squares += ((values[at] ?? 0) - mean) ** 2
  if (squares === 0) return result
  const share = 1 / Math.sqrt(squares)
  for (let at = 0; at < values.length; at++) result[at] = ((values[at] ?? 0) - mean) * share
  return result
}

function correlation(one: Float64Array, other: Float64Array): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0)
  return sum
}
