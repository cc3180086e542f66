import { SchoolError } from '../school-call/school-error.ts'
import { takeStep } from '../school-call/step.ts'
import { imageType } from './captcha-image.ts'
import { type CaptchaReader, type CaptchaReading, tryToRead } from './captcha-reader.ts'
import type { Login } from './login.ts'

/** Reads the captchas of one login. @throws SchoolError if too many of them are unreadable */
export type CaptchaSource = () => Promise<string>

export interface CaptchaSourceOptions {
  /** Fetches an image in the session of the login. */
  fetch: () => Promise<Uint8Array>
  read: CaptchaReader
  onUnreadable: () => void
}

interface Look {
  image: Uint8Array
  reading: CaptchaReading | undefined
}

export function readCaptchas(login: Login, { fetch, read, onUnreadable }: CaptchaSourceOptions): CaptchaSource {
  let unreadable = 0

  async function look(): Promise<Look> {
    const image = await fetch()
    return { image, reading: await tryToRead(read, image) }
  }

  return async function nextCaptcha() {
    while (unreadable < login.limits.unreadableCaptchas) {
      const { reading } = await takeStep(login.onStep, 'captcha', look, describe)
      if (reading && reading.margin >= login.limits.captchaMargin) return reading.digits
      unreadable++
      onUnreadable()
    }
    throw new SchoolError('captcha-unreadable', `${unreadable} captchas could not be read`)
  }
}

function describe({ image, reading }: Look): string {
  const read = reading ? `reads ${reading.digits}, margin ${reading.margin.toFixed(3)}` : 'cannot be read'
  return `${imageType(image) ?? 'no image known'}, ${image.length} bytes, ${read}`
}
