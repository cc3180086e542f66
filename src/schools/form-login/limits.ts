/** Limits on the time, bytes and tries of one login. */
export interface Limits {
  /** One call to the school, from connecting to the last byte. */
  callMs: number
  /** All calls of one login. */
  loginMs: number
  answerBytes: number
  refusedCaptchas: number
  unreadableCaptchas: number
  /** A reading with a smaller margin is discarded, and a new captcha is fetched. */
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
