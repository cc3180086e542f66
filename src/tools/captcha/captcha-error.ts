export type CaptchaFault =
  /** More bytes or pixels than any captcha has. */
  | 'too large'
  | 'not a JPEG'
  /** A kind of JPEG that no known captcha uses: progressive, arithmetic coding, 12 bits, several scans. */
  | 'unsupported'
  /** A truncated or inconsistent JPEG. */
  | 'damaged'
  /** The image size differs from the profile's. */
  | 'other layout'

/** An image that could not be read, with the reason. */
export class CaptchaError extends Error {
  readonly fault: CaptchaFault

  constructor(fault: CaptchaFault, message: string) {
    super(message)
    this.name = 'CaptchaError'
    this.fault = fault
  }
}
