import { CaptchaError } from './captcha-error.ts'

const START_OF_IMAGE = 0xffd8
const START_OF_SCAN = 0xffda

/** Reads the size from a JPEG's header, so that it is known before anything is decoded. @throws CaptchaError */
export function readJpegSize(image: Uint8Array): { width: number; height: number } {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  if (image.length < 4 || view.getUint16(0) !== START_OF_IMAGE) throw new CaptchaError('not a JPEG', 'no JPEG')
  for (let at = 2; at + 9 <= image.length; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at)
    if (marker < 0xff00 || marker === START_OF_SCAN) break
    const isFrame = marker >= 0xffc0 && marker <= 0xffc2
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
  }
  throw new CaptchaError('damaged', 'no size in the header')
}
