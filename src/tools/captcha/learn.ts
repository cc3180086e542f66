import { CaptchaError } from './captcha-error.ts'
import { decodeLuminance, type Luminance } from './luminance.ts'
import { type CaptchaProfile, ProfileError, requireRoom, type Template } from './profile.ts'
import { createMatcher, inkOfCell } from './template-match.ts'

export interface LabelledImage {
  /** The image's name in messages. */
  name: string
  /** The symbols in the image, left to right. */
  label: string
  image: Uint8Array
}

/** What has to be known about a school's captchas before learning. */
export type Layout = Pick<CaptchaProfile, 'cells' | 'ink'> & { name: string; source: string }

export interface Learned {
  profile: CaptchaProfile
  /** Images that a profile learned from all the others misreads. */
  misread: { name: string; digits: string }[]
  images: number
}

interface Cell {
  image: number
  symbol: string
  ink: Float64Array
}

/**
 * Learns a profile whose templates are the means of the labelled cells, and cross-validates it: each image is read with a
 * profile learned from the others.
 * @throws CaptchaError for an image that cannot be decoded, ProfileError if images and layout do not match
 */
export function learnProfile(samples: readonly LabelledImage[], layout: Layout): Learned {
  const pictures = samples.map(decoded)
  const image = commonSize(pictures)
  requireRoom({ image, cells: layout.cells })
  const cells = pictures.flatMap((picture, index) => cellsOf(picture, index, samples[index], layout))
  const profile = { ...layout, image, templates: templatesOf(cells) }
  const misread = samples.flatMap(({ name, label }, index) => {
    const digits = readByOthers(cells, index)
    return digits === label ? [] : [{ name, digits }]
  })
  return { profile, misread, images: samples.length }
}

function decoded({ name, image }: LabelledImage): Luminance {
  try {
    return decodeLuminance(image)
  } catch (error) {
    throw error instanceof CaptchaError ? new CaptchaError(error.fault, `${name}: ${error.message}`) : error
  }
}

function commonSize(pictures: readonly Luminance[]): CaptchaProfile['image'] {
  const [first] = pictures
  if (!first) throw new ProfileError('captcha profile: no images to learn from')
  const { width, height } = first
  if (pictures.some((picture) => picture.width !== width || picture.height !== height)) {
    throw new ProfileError('captcha profile: the images are of different sizes')
  }
  return { width, height }
}

function cellsOf(picture: Luminance, image: number, sample: LabelledImage | undefined, layout: Layout): Cell[] {
  const symbols = [...(sample?.label ?? '')]
  if (symbols.length !== layout.cells.count) {
    throw new ProfileError(
      `captcha profile: the name of ${sample?.name} does not begin with ${layout.cells.count} symbols`,
    )
  }
  return symbols.map((symbol, index) => ({ image, symbol, ink: inkOfCell(picture, layout, index) }))
}

function readByOthers(cells: readonly Cell[], image: number): string {
  const match = createMatcher({ templates: templatesOf(cells.filter((cell) => cell.image !== image)) })
  const own = cells.filter((cell) => cell.image === image)
  return own.map(({ ink }) => match(ink).symbol).join('')
}

function templatesOf(cells: readonly Cell[]): Template[] {
  const bySymbol = Map.groupBy(cells, ({ symbol }) => symbol)
  return [...bySymbol].sort(([one], [other]) => (one < other ? -1 : 1)).map(([symbol, found]) => meanOf(symbol, found))
}

function meanOf(symbol: string, cells: readonly Cell[]): Template {
  const sums = cells.reduce(
    (sum, { ink }) => sum.map((value, at) => value + (ink[at] ?? 0)),
    new Float64Array(cells[0]?.ink.length ?? 0),
  )
  const [least, most] = [Math.min(...sums), Math.max(...sums)]
  return { symbol, ink: Array.from(sums, (value) => (most > least ? (value - least) / (most - least) : 0)) }
}
