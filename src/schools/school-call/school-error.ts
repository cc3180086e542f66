import type { Logger } from '../logger.ts'
import type { Unavailable, UnavailableReason } from '../verifier.ts'

/**
 * Ends a login from anywhere inside the adapter and never leaves the adapter. The detail is for operators and contains
 * no data of the student.
 */
export class SchoolError extends Error {
  override name = 'SchoolError'
  readonly reason: UnavailableReason

  constructor(reason: UnavailableReason, detail: string) {
    super(detail)
    this.reason = reason
  }

  toAnswer(): Unavailable {
    return { outcome: 'unavailable', reason: this.reason, detail: this.message }
  }
}

/** The answer to a login that failed with this error. Any other error than a `SchoolError` is a bug in the adapter. */
export function answerToError(error: unknown, logger: Logger): Unavailable {
  if (error instanceof SchoolError) return error.toAnswer()
  // The error's message and stack are not logged, because they may contain the password or the ticket.
  const kind = error instanceof Error ? error.name : typeof error
  logger.error({ kind }, 'the school adapter failed')
  return { outcome: 'unavailable', reason: 'fault', detail: `the adapter failed: ${kind}` }
}
