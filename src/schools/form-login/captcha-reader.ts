export interface CaptchaReading {
  digits: string
  /** The margin by which the first guess beats the second. 0 means a tie. */
  margin: number
}

/** Reads a school's captcha image. Undefined if it cannot be read. */
export type CaptchaReader = (image: Uint8Array) => CaptchaReading | undefined | Promise<CaptchaReading | undefined>

/** The result of a captcha that this program read. */
export type CaptchaFate = 'accepted' | 'refused' | 'unreadable'

/** What may be sent as a captcha. Restricted, because the captcha becomes part of field names. */
const captchaForm = /^[0-9A-Za-z]{1,8}$/

/** Undefined if the reader throws or returns characters that no captcha contains. */
export async function tryToRead(read: CaptchaReader, image: Uint8Array): Promise<CaptchaReading | undefined> {
  try {
    const reading = await read(image)
    return reading && captchaForm.test(reading.digits) ? reading : undefined
  } catch {
    return undefined
  }
}

/** Normalizes what a person typed to a captcha that may be sent. Undefined if it cannot be one. */
export function typedCaptcha(text: string): string | undefined {
  const captcha = text.normalize('NFKC').replace(/\s+/g, '')
  return captchaForm.test(captcha) ? captcha : undefined
}
