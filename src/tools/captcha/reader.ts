import { CaptchaError } from './captcha-error.ts'
import { decodeLuminance } from './luminance.ts'
import type { CaptchaProfile } from './profile.ts'
import { createMatcher, inkOfCell } from './template-match.ts'

export interface Reading {
  digits: string
  /** The best guess's lead over the second, in correlation, of the cell where it is smallest: 0 is a toss-up. */
  margin: number
}

/** @returns what reads one image; it throws CaptchaError for an image that is none of the profile's */
export function createReader(profile: CaptchaProfile): (image: Uint8Array) => Reading {
  const match = createMatcher(profile)
  const { width, height, count } = profile.cells
  // One for all cells: garbage is most of the memory that reading takes.
  const cell = new Float64Array(width * height)
  return (image) => {
    const picture = decodeLuminance(image)
    if (picture.width !== profile.image.width || picture.height !== profile.image.height) {
      throw new CaptchaError('other layout', `${picture.width}x${picture.height} pixels`)
    }
    const matches = Array.from({ length: count }, (_, index) => match(inkOfCell(picture, profile, index, cell)))
    return {
      digits: matches.map(({ symbol }) => symbol).join(''),
      margin: Math.min(...matches.map(({ margin }) => margin)),
    }
  }
}
