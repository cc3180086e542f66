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
