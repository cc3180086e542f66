import type { Unavailable, UnavailableReason } from '../verifier.ts'

/** Ends a login from anywhere inside the adapter; never leaves it. The detail is for operators and holds nothing of the student's. */
export class SchoolTrouble extends Error {
  override name = 'SchoolTrouble'
  readonly reason: UnavailableReason

  constructor(reason: UnavailableReason, detail: string) {
    super(detail)
    this.reason = reason
  }

  toAnswer(): Unavailable {
    return { outcome: 'unavailable', reason: this.reason, detail: this.message }
  }
}
