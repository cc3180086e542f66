/** How much time and how many bytes one login may cost. */
export interface DirectoryLimits {
  /** One call to the directory: connecting, or a request to the last byte of its answer. */
  callMs: number
  /** All calls of one login. */
  loginMs: number
  /** All messages that answer one request. */
  answerBytes: number
}

export const defaultDirectoryLimits: DirectoryLimits = { callMs: 8_000, loginMs: 20_000, answerBytes: 256 * 1024 }
