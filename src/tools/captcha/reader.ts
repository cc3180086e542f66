import { CaptchaError } from './captcha-error.ts'
import { decodeLuminance, type Luminance } from './luminance.ts'
import type { CaptchaProfile } from './profile.ts'
import { createMatcher, inkOfCell, type Match, type Shift } from './template-match.ts'

export interface Reading {
  digits: string
  /**
   * The smallest lead, over all cells, of the best symbol's correlation over the second best. At most twice the best reading's
   * lead in score over a different reading at another shift. 0 for a pure guess, and if a cell resembles no symbol.
   */
  margin: number
}

/** The reading of the whole image at one shift. */
interface Attempt extends Reading {
  /** The smallest likeness of all cells. */
  likeness: number
  score: number
}

const unmoved: Shift = { x: 0, y: 0 }
/** Captchas are sometimes drawn one or two pixels off. */
const maxShift = 2
/** Below this, a cell shows none of the symbols. Real captchas have at least 0.51, scribbles at most 0.22. */
const minLikeness = 0.45
/** If the unmoved image is read at least this well, no other shift is tried. */
const clearReading = { likeness: 0.6, margin: 0.1 }
/** The bonus in score of the unmoved image. */
const unmovedLead = 0.05
/** Attempts that are further behind the best score do not count as rivals. */
const rivalLead = 0.05
/** The maximum that the margin adds to a score. */
const maxMarginScore = 0.25

/** @returns a function that reads one image. It throws CaptchaError for an image that does not match the profile */
export function createReader(profile: CaptchaProfile): (image: Uint8Array) => Reading {
  const readAt = createShiftedReader(profile)
  return (image) => {
    const picture = decodeLuminance(image)
    if (picture.width !== profile.image.width || picture.height !== profile.image.height) {
      throw new CaptchaError('other layout', `${picture.width}x${picture.height} pixels`)
    }
    const attempts: Attempt[] = []
    let toBeat = Number.NEGATIVE_INFINITY
    for (const shift of shifts) {
      const attempt = readAt(picture, shift, toBeat)
      if (attempt === undefined) continue
      if (shift === unmoved && isClear(attempt)) return { digits: attempt.digits, margin: attempt.margin }
      attempts.push(attempt)
      toBeat = Math.max(toBeat, attempt.score)
    }
    return bestOf(attempts)
  }
}

/** The unmoved image comes first. */
const shifts: readonly Shift[] = [unmoved, ...movedShifts()]

function movedShifts(): Shift[] {
  const offsets = Array.from({ length: 2 * maxShift + 1 }, (_, index) => index - maxShift)
  return offsets.flatMap((y) => offsets.map((x) => ({ x, y }))).filter(({ x, y }) => x !== 0 || y !== 0)
}

function isClear({ likeness, margin }: Attempt): boolean {
  return likeness >= clearReading.likeness && margin >= clearReading.margin
}

/** @returns a function that reads the image at a shift. It returns undefined if that cannot come close to the score to beat */
function createShiftedReader(profile: CaptchaProfile) {
  const match = createMatcher(profile)
  const { width, height, count } = profile.cells
  // Reused for all cells: otherwise most of the memory that reading takes would be garbage.
  const cell = new Float64Array(width * height)
  return (picture: Luminance, shift: Shift, toBeat: number): Attempt | undefined => {
    const matches: Match[] = []
    for (let index = 0; index < count; index++) {
      const found = match(inkOfCell(picture, profile, index, shift, cell))
      if (found.likeness + maxMarginScore < toBeat - rivalLead) return undefined
      matches.push(found)
    }
    const likeness = Math.min(...matches.map((found) => found.likeness))
    const margin = Math.min(...matches.map((found) => found.margin))
    const lead = shift === unmoved ? unmovedLead : 0
    const score = likeness + Math.min(margin / 2, maxMarginScore) + lead
    return { digits: matches.map(({ symbol }) => symbol).join(''), margin, likeness, score }
  }
}

function bestOf(attempts: readonly Attempt[]): Reading {
  const best = attempts.reduce((one, other) => (other.score > one.score ? other : one))
  const others = attempts.filter(({ digits }) => digits !== best.digits)
  const lead = best.score - Math.max(...others.map(({ score }) => score))
  const margin = best.likeness < minLikeness ? 0 : Math.min(best.margin, 2 * lead)
  return { digits: best.digits, margin }
}
