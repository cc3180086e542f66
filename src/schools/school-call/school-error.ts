import type { Unavailable, UnavailableReason } from '../verifier.ts'

/** Ends a login from anywhere inside the adapter; never leaves it. The detail is for operators and holds nothing of the student's. */
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
