/** Limits on the time and bytes of one login. */
export interface DirectoryLimits {
  /** One call to the directory: connecting, or a request up to the last byte of its response. */
  callMs: number
  /** All calls of one login. */
  loginMs: number
  /** All messages in the response to one request. */
  answerBytes: number
}

export const defaultDirectoryLimits: DirectoryLimits = { callMs: 8_000, loginMs: 20_000, answerBytes: 256 * 1024 }
