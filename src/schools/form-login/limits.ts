/** How much time, how many bytes and how many tries one login may cost. */
export interface Limits {
  /** One call to the school, from connecting to its last byte. */
  callMs: number
  /** All calls of one login. */
  loginMs: number
  answerBytes: number
  refusedCaptchas: number
  unreadableCaptchas: number
  /** A reading whose margin is smaller is thrown back for a fresh captcha. */
  captchaMargin: number
}

export const defaultLimits: Limits = {
  callMs: 8_000,
  loginMs: 20_000,
  answerBytes: 256 * 1024,
  refusedCaptchas: 3,
  unreadableCaptchas: 6,
  captchaMargin: 0.05,
}
