import type { Result } from '../api/result.ts'
import type { Entry } from './entry.ts'

/** What becomes of an entry that was sent. */
export type Outcome =
  | { kind: 'done' }
  /** Kept, and sent again after this time: the service asked for it, or it is our own guess. */
  | { kind: 'later'; seconds: number; isAsked: boolean }
  /** Kept until someone signs in again. */
  | { kind: 'signed-out' }
  /** Kept, and shown to the student: the service refuses it as it is. */
  | { kind: 'parked'; status: number; message: string }

const [firstPause, longestPause] = [2, 60]

/** @param failures how often sending has failed in a row before this answer */
export function outcomeOf(entry: Entry, result: Result<unknown>, failures: number): Outcome {
  if (result.ok) return { kind: 'done' }
  const { status, message, retryAfterSeconds } = result.refusal
  if (status === 401) return { kind: 'signed-out' }
  // 409: the same entry is still being worked on, sent by another tab or before a lost answer.
  if (status === 0 || status === 408 || status === 409 || status === 429 || status >= 500)
    return {
      kind: 'later',
      seconds: retryAfterSeconds ?? pauseAfter(failures),
      isAsked: retryAfterSeconds !== undefined,
    }
  // What is to be removed is gone already.
  if (status === 404 && entry.action === 'delete') return { kind: 'done' }
  return { kind: 'parked', status, message }
}

function pauseAfter(failures: number): number {
  return Math.min(longestPause, firstPause * 2 ** Math.min(failures, 10))
}
