export type CaptchaFault =
  /** More bytes, pixels or components than a captcha has. */
  | 'too large'
  | 'not a JPEG'
  /** A JPEG, cut short or inconsistent. */
  | 'damaged'
  /** An image of another size than the profile's. */
  | 'other layout'

/** Why an image could not be read. */
export class CaptchaError extends Error {
  readonly fault: CaptchaFault

  constructor(fault: CaptchaFault, message: string) {
    super(message)
    this.name = 'CaptchaError'
    this.fault = fault
  }
}
