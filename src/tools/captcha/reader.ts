import { CaptchaError } from './captcha-error.ts'
import { decodeLuminance, type Luminance } from './luminance.ts'
import type { CaptchaProfile } from './profile.ts'
import { createMatcher, inkOfCell, type Match, type Shift } from './template-match.ts'

export interface Reading {
  digits: string
  /**
   * The best guess's lead over the second, in correlation, of the cell where it is smallest; at most twice the lead over another
   * reading of the image moved by a pixel or two. 0 is a guess, and what resembles no symbol at all.
   */
  margin: number
}

/** The whole image read at one shift. */
interface Attempt extends Reading {
  /** Of the cell that resembles its symbol least. */
  likeness: number
  score: number
}

const unmoved: Shift = { x: 0, y: 0 }
/** Captchas are sometimes drawn a pixel or two off. */
const MAX_SHIFT = 2
/** Below, a cell shows none of the symbols. Real captchas have at least 0.51, scribbles at most 0.22. */
const MIN_LIKENESS = 0.45
/** An image that is read so well where it should stand is not tried elsewhere. */
const CLEAR = { likeness: 0.6, margin: 0.1 }
/** What the place where the symbols should stand is ahead of others. */
const UNMOVED_LEAD = 0.05
/** Attempts further behind the best one are no rivals. */
const RIVAL_LEAD = 0.05
/** The most that a margin adds to a score. */
const MAX_MARGIN_SCORE = 0.25

/** @returns what reads one image; it throws CaptchaError for an image that is none of the profile's */
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
  const offsets = Array.from({ length: 2 * MAX_SHIFT + 1 }, (_, index) => index - MAX_SHIFT)
  return offsets.flatMap((y) => offsets.map((x) => ({ x, y }))).filter(({ x, y }) => x !== 0 || y !== 0)
}

function isClear({ likeness, margin }: Attempt): boolean {
  return likeness >= CLEAR.likeness && margin >= CLEAR.margin
}

/** @returns what reads the image at a shift; undefined where that cannot come near the score to beat */
function createShiftedReader(profile: CaptchaProfile) {
  const match = createMatcher(profile)
  const { width, height, count } = profile.cells
  // One for all cells: garbage is most of the memory that reading takes.
  const cell = new Float64Array(width * height)
  return (picture: Luminance, shift: Shift, toBeat: number): Attempt | undefined => {
    const matches: Match[] = []
    for (let index = 0; index < count; index++) {
      const found = match(inkOfCell(picture, profile, index, shift, cell))
      if (found.likeness + MAX_MARGIN_SCORE < toBeat - RIVAL_LEAD) return undefined
      matches.push(found)
    }
    const likeness = Math.min(...matches.map((found) => found.likeness))
    const margin = Math.min(...matches.map((found) => found.margin))
    const lead = shift === unmoved ? UNMOVED_LEAD : 0
    const score = likeness + Math.min(margin / 2, MAX_MARGIN_SCORE) + lead
    return { digits: matches.map(({ symbol }) => symbol).join(''), margin, likeness, score }
  }
}

function bestOf(attempts: readonly Attempt[]): Reading {
  const best = attempts.reduce((one, other) => (other.score > one.score ? other : one))
  const others = attempts.filter(({ digits }) => digits !== best.digits)
  const lead = best.score - Math.max(...others.map(({ score }) => score))
  const margin = best.likeness < MIN_LIKENESS ? 0 : Math.min(best.margin, 2 * lead)
  return { digits: best.digits, margin }
}
