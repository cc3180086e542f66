import type { Result } from '../api/result.ts'
import type { Entry } from './entry.ts'

/** The result of sending an entry. */
export type Outcome =
  | { kind: 'done' }
  /** To be sent again after this time. `isAsked`: the service named the time. */
  | { kind: 'later'; seconds: number; isAsked: boolean }
  /** To be sent after the next sign-in. */
  | { kind: 'signed-out' }
  /** Refused by the service. It is shown to the student. */
  | { kind: 'parked'; status: number; message: string }

const [minPauseSeconds, maxPauseSeconds] = [2, 60]

/** @param failures the number of failures in a row before this one */
export function outcomeOf(entry: Entry, result: Result<unknown>, failures: number): Outcome {
  if (result.ok) return { kind: 'done' }
  const { status, message, retryAfterSeconds } = result.refusal
  if (status === 401) return { kind: 'signed-out' }
  // 409: the same entry is still being processed, after another tab sent it or the response was lost.
  if (status === 0 || status === 408 || status === 409 || status === 429 || status >= 500)
    return {
      kind: 'later',
      seconds: retryAfterSeconds ?? pauseAfter(failures),
      isAsked: retryAfterSeconds !== undefined,
    }
  // The record is removed already.
  if (status === 404 && entry.action === 'delete') return { kind: 'done' }
  return { kind: 'parked', status, message }
}

function pauseAfter(failures: number): number {
  return Math.min(maxPauseSeconds, minPauseSeconds * 2 ** Math.min(failures, 10))
}
