import type { CaptchaChallenge, Unavailable, Verification } from './verifier.ts'

export interface VerifierMetrics {
  /** By outcome, or `unavailable:REASON`. */
  readonly logins: Readonly<Record<string, number>>
  readonly challenges: Readonly<Record<string, number>>
}

/** Counts since the start of the process. */
export class VerifierCounts implements VerifierMetrics {
  readonly logins: Record<string, number> = {}
  readonly challenges: Record<string, number> = {}

  login(result: Verification): void {
    add(this.logins, labelOf(result))
  }

  challenge(result: CaptchaChallenge | Unavailable): void {
    add(this.challenges, labelOf(result))
  }
}

function labelOf(result: Verification | CaptchaChallenge): string {
  return result.outcome === 'unavailable' ? `unavailable:${result.reason}` : result.outcome
}

function add(counts: Record<string, number>, label: string): void {
  counts[label] = (counts[label] ?? 0) + 1
}
