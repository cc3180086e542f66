import { CaptchaError } from './captcha-error.ts'
import { decodeBrightness } from './jpeg/brightness.ts'
import { readJpegHeader } from './jpeg/jpeg-header.ts'

export const maxImageBytes = 256 * 1024
/** Enough for any captcha, and small enough that a forged header costs little time and memory. */
const maxPixels = 256 * 1024

/** The brightness of an image's pixels, row by row, from 0 (black) to 255. */
export interface Luminance {
  width: number
  height: number
  values: Uint8ClampedArray
}

/** @throws CaptchaError, and nothing else, for any input */
export function decodeLuminance(image: Uint8Array): Luminance {
  if (image.length > maxImageBytes) throw new CaptchaError('too large', `more than ${maxImageBytes} bytes`)
  const header = readJpegHeader(image)
  const { width, height } = header
  if (width * height > maxPixels) throw new CaptchaError('too large', `${width}x${height} pixels`)
  return { width, height, values: decodeBrightness(image, header) }
}
