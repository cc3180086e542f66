import type { Logger } from './logger.ts'
import { createStudentRun } from './student-run.ts'
import type { Verification } from './verifier.ts'

export interface RejectionWatchOptions {
  logger: Logger
  onAlarm: () => void
  /** Before the first verified student: this many different rejected students raise the alarm. */
  unproven?: number
  /** The same after a student was verified. Larger, because a run of typing errors may be longer than `unproven`. */
  proven?: number
}

export interface RejectionWatch {
  report(result: Verification, studentNumber: string): void
  /** True from an alarm until a student is verified. */
  rejectsEveryone(): boolean
}

/** Detects that a school rejects every student. Whatever its responses say, the login requests are then wrong. */
export function createRejectionWatch(options: RejectionWatchOptions): RejectionWatch {
  const { logger, onAlarm, unproven = 5, proven = 20 } = options
  const run = createStudentRun()
  let longest = unproven
  let alarmed = false

  function alarm(): void {
    const rejected = run.size
    alarmed = true
    // A newly found dialect gets its own chance. If nothing was wrong, alarms become rare.
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
      // The school asks for a code from the phone only if the password was correct.
      if (outcome === 'verified' || outcome === 'step-up-wanted') {
        run.clear()
        longest = proven
        alarmed = false
      }
      if (outcome === 'rejected' && run.add(studentNumber) && run.size >= longest) alarm()
    },
  }
}
