import type { CaptchaChallenge, Unavailable, Verification } from './verifier.ts'

/** Upper bounds in seconds; the last count of a histogram is for everything beyond them. */
export const durationBounds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20] as const

export interface VerifierMetrics {
  /** By outcome, or `unavailable:REASON`. */
  readonly logins: Readonly<Record<string, number>>
  readonly challenges: Readonly<Record<string, number>>
  readonly durations: Readonly<{ counts: readonly number[]; totalSeconds: number; count: number }>
}

/** Counts since the start of the process. */
export class VerifierCounts implements VerifierMetrics {
  readonly logins: Record<string, number> = {}
  readonly challenges: Record<string, number> = {}
  readonly durations = { counts: Array.from({ length: durationBounds.length + 1 }, () => 0), totalSeconds: 0, count: 0 }

  login(result: Verification, seconds: number): void {
    add(this.logins, labelOf(result))
    const { durations } = this
    const bucket = durationBounds.findIndex((bound) => seconds <= bound)
    const index = bucket < 0 ? durationBounds.length : bucket
    durations.counts[index] = (durations.counts[index] ?? 0) + 1
    durations.totalSeconds += seconds
    durations.count++
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
