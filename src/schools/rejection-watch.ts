import type { Logger } from './logger.ts'
import { createStudentRun } from './student-run.ts'
import type { Verification } from './verifier.ts'

export interface RejectionWatchOptions {
  logger: Logger
  onAlarm: () => void
  /** So many different students rejected, with none verified yet, and the way of asking is doubted. */
  unproven?: number
  /** The same once somebody was verified: a run of typing errors may be as long. */
  proven?: number
}

export interface RejectionWatch {
  report(result: Verification, studentNumber: string): void
  /** From an alarm until somebody is verified. */
  rejectsEveryone(): boolean
}

/** Notices that a school rejects everybody: however it answers, it is then asked in the wrong way. */
export function createRejectionWatch(options: RejectionWatchOptions): RejectionWatch {
  const { logger, onAlarm, unproven = 5, proven = 20 } = options
  const run = createStudentRun()
  let longest = unproven
  let alarmed = false

  function alarm(): void {
    const rejected = run.size
    alarmed = true
    // The way that is found anew gets its own chance; where nothing was wrong, alarms become rare.
    run.clear()
    longest *= 2
    logger.error(
      { alarm: 'rejections', rejected },
      'the school rejects every student: it is asked in the wrong way (SCHOOL_LOGIN, LDAP_FILTER), or everybody mistypes',
    )
    onAlarm()
  }

  return {
    rejectsEveryone: () => alarmed,
    report({ outcome }, studentNumber) {
      // A code from the phone is wanted of those whose password was right.
      if (outcome === 'verified' || outcome === 'step-up-wanted') {
        run.clear()
        longest = proven
        alarmed = false
      }
      if (outcome === 'rejected' && run.add(studentNumber) && run.size >= longest) alarm()
    },
  }
}
