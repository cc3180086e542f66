import type { Luminance } from './luminance.ts'
import type { CaptchaProfile } from './profile.ts'

export interface Match {
  symbol: string
  /** The correlation with the best template: 1 is identical, 0 is unrelated. */
  likeness: number
  /** The best template's correlation minus that of the second best. */
  margin: number
}

/** @returns a function that finds the template most similar to a cell's ink. The ink must be standardised */
export function createMatcher({ templates }: Pick<CaptchaProfile, 'templates'>): (ink: Float64Array) => Match {
  const shapes = templates.map(({ symbol, ink }) => ({ symbol, shape: standardise(new Float64Array(ink)) }))
  return (cell) => {
    let best = ''
    let [first, second] = [-Infinity, -Infinity]
    for (const { symbol, shape } of shapes) {
      const likeness = correlation(shape, cell)
      if (likeness > first) {
        second = first
        first = likeness
        best = symbol
      } else if (likeness > second) second = likeness
    }
    return { symbol: best, likeness: first, margin: first - second }
  }
}

/** The offset of an image from its profile, in pixels to the right and downwards. */
export interface Shift {
  x: number
  y: number
}

/**
 * The standardised ink of a cell's pixels: the more ink, the higher the value. If a shifted cell extends beyond the image, the
 * edge pixels are repeated.
 * @param into the array to write to, to avoid an allocation
 */
export function inkOfCell(
  picture: Luminance,
  { cells, ink }: Pick<CaptchaProfile, 'cells' | 'ink'>,
  index: number,
  shift: Shift = { x: 0, y: 0 },
  into = new Float64Array(cells.width * cells.height),
): Float64Array {
  const sign = ink === 'dark' ? -1 : 1
  const left = cells.left + index * cells.pitch + shift.x
  for (let y = 0; y < cells.height; y++) {
    const row = within(cells.top + y + shift.y, picture.height) * picture.width
    for (let x = 0; x < cells.width; x++) {
      into[y * cells.width + x] = sign * (picture.values[row + within(left + x, picture.width)] ?? 0)
    }
  }
  return standardise(into)
}

function within(at: number, length: number): number {
  return at < 0 ? 0 : at < length ? at : length - 1
}

/** Scales to mean 0 and length 1, in place, to ignore brightness and contrast. A uniform cell becomes all zeros. */
function standardise(values: Float64Array): Float64Array {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += values[at] ?? 0
  const mean = sum / values.length
  for (let at = 0; at < values.length; at++) values[at] = (values[at] ?? 0) - mean
  const length = Math.sqrt(correlation(values, values))
  if (length > 0) for (let at = 0; at < values.length; at++) values[at] = (values[at] ?? 0) / length
  return values
}

function correlation(one: Float64Array, other: Float64Array): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0)
  return sum
}
