export interface CaptchaReading {
  digits: string
  /** How far the second guess lies behind: 0 is a toss-up. */
  margin: number
}

/** Reads a school's captcha image; undefined when it cannot. */
export type CaptchaReader = (image: Uint8Array) => CaptchaReading | undefined | Promise<CaptchaReading | undefined>

/** What became of a captcha that this program read. */
export type CaptchaFate = 'accepted' | 'refused' | 'unreadable'

/** What may be sent as a captcha: it becomes part of field names. */
export const captchaForm = /^[0-9A-Za-z]{1,8}$/

/** A reader that throws, or reads what no captcha holds, has not read. */
export async function tryToRead(read: CaptchaReader, image: Uint8Array): Promise<CaptchaReading | undefined> {
  try {
    const reading = await read(image)
    return reading && captchaForm.test(reading.digits) ? reading : undefined
  } catch {
    return undefined
  }
}

/** What a person typed, as a captcha that may be sent; undefined when it cannot be one. */
export function typedCaptcha(text: string): string | undefined {
  const captcha = text.normalize('NFKC').replace(/\s+/g, '')
  return captchaForm.test(captcha) ? captcha : undefined
}
