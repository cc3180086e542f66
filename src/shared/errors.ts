/** All reasons for which a use case refuses a request. The HTTP catalogue has a status and messages for each. */
export type ErrorCode =
  | 'bad-request'
  | 'body-not-object'
  | 'bad-host'
  | 'bad-time'
  | 'bad-query'
  | 'range-reversed'
  | 'window-too-long'
  | 'bad-cursor'
  | 'bad-setting'
  | 'credentials-missing'
  | 'credentials-unreadable'
  | 'password-wanted'
  | 'password-wrong'
  | 'unauthorized'
  | 'session-ended'
  | 'forbidden'
  | 'cross-site'
  | 'origin-missing'
  | 'not-found'
  | 'method-not-allowed'
  | 'idempotency-key-malformed'
  | 'idempotency-key-reused'
  | 'request-in-flight'
  | 'payload-too-large'
  | 'unsupported-media-type'
  | 'too-many-requests'
  | 'headers-too-large'
  | 'uri-too-long'
  | 'request-timeout'
  | 'expectation-failed'
  | 'internal'
  | 'busy'
  | 'database-unavailable'
  | 'stopping'
  | 'parameter-missing'
  | 'student-number-malformed'
  | 'student-number-of-another-form'
  | 'user-name-malformed'
  | 'user-name-taken'
  | 'student-number-taken'
  | 'password-length'
  | 'password-is-user-name'
  | 'password-is-student-number'
  | 'password-is-school-password'
  | 'password-common'
  | 'school-rejected'
  | 'school-locked'
  | 'school-step-up-wanted'
  | 'school-not-admitted'
  | 'school-action-wanted'
  | 'school-no-student'
  | 'school-captcha-wrong'
  | 'challenge-invalid'
  | 'challenge-unneeded'
  | 'ticket-invalid'
  | 'foreign-browser'
  | 'account-unknown'
  | 'school-asks-captcha'
  | 'school-not-understood'
  | 'school-captcha-failed'
  | 'school-busy'
  | 'school-queue'
  | 'school-try-under-way'
  | 'school-down'
  | 'school-timeout'
  | 'end-before-start'
  | 'time-in-future'
  | 'time-too-early'
  | 'study-too-long'
  | 'no-running-study'
  | 'no-term'
  | 'subject-malformed'
  | 'note-malformed'
  | 'export-under-way'
  | 'batch-too-long'
  | 'bad-batch'
  | 'item-key-reused'
  | 'record-key-unknown'
  | 'too-many-listeners'
  | 'listeners-full'

export interface ErrorDetails {
  retryAfterSeconds?: number
  /** Name of the invalid parameter: one of ours, never text of the client. */
  parameter?: string
  /** The form of the school's student numbers, as the operator wrote it. */
  form?: string
  /** For a client that waits for the school: how many are ahead of it, and the signed place to send with its next try. */
  ahead?: number
  place?: string
  /** The rate limit that applies to the response, and its state. */
  rateLimit?: {
    /** Without a duration, it limits what runs at the same time. */
    limit: { name: string; points: number; duration?: number }
    remaining: number
    resetSeconds: number
  }
}

/** A refusal of the domain: expected, and reported to the client with the message of the catalogue. */
export class DomainError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(code)
    this.name = 'DomainError'
    this.code = code
    this.details = details
  }
}
