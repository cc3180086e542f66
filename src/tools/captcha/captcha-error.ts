export type CaptchaFault =
  /** More bytes or pixels than a captcha has. */
  | 'too large'
  | 'not a JPEG'
  /** A JPEG that no captcha is known to use: progressive, arithmetic, 12 bits, several scans. */
  | 'unsupported'
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
