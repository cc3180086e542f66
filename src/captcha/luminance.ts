import jpeg from 'jpeg-js'
import { CaptchaError } from './captcha-error.ts'
import { readJpegSize } from './jpeg-size.ts'

export const MAX_IMAGE_BYTES = 256 * 1024
const MAX_PIXELS = 1024 * 1024
const MAX_DECODER_MEGABYTES = 64

/** The brightness of an image's pixels, row by row, 0 (black) to 255. */
export interface Luminance {
  width: number
  height: number
  values: Float64Array
}

/** @throws CaptchaError, whatever the bytes are */
export function decodeLuminance(image: Uint8Array): Luminance {
  if (image.length > MAX_IMAGE_BYTES) throw new CaptchaError('too large', `more than ${MAX_IMAGE_BYTES} bytes`)
  const { width, height } = readJpegSize(image)
  if (width * height > MAX_PIXELS) throw new CaptchaError('too large', `${width}x${height} pixels`)
  const pixels = decodePixels(image)
  const values = new Float64Array(width * height)
  for (let at = 0, from = 0; at < values.length; at++, from += 3) {
    values[at] = 0.299 * (pixels[from] ?? 0) + 0.587 * (pixels[from + 1] ?? 0) + 0.114 * (pixels[from + 2] ?? 0)
  }
  return { width, height, values }
}

/** jpeg-js throws bare errors of several classes, none of them its own. */
function decodePixels(image: Uint8Array): Uint8Array {
  try {
    return jpeg.decode(image, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: MAX_DECODER_MEGABYTES,
    }).data
  } catch (error) {
    throw new CaptchaError('damaged', error instanceof Error ? error.message : 'not decoded')
  }
}
