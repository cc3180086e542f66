import type { CaptchaFate } from './form-login/captcha-reader.ts'
import type { Logger } from './logger.ts'

export type CaptchaMode = 'read' | 'ask'

export interface CaptchaMonitorOptions {
  /** The mode that the operator configured. `ask` never changes. */
  mode: CaptchaMode
  logger: Logger
  /** This many refused captchas in a row, across logins, switch to asking the students. */
  refusedRun?: number
  unreadableRun?: number
  /** How long students are asked before the program reads captchas again. */
  askForMs?: number
  /** Milliseconds by a monotonic clock. */
  now?: () => number
}

export interface CaptchaMonitor {
  report(fate: CaptchaFate): void
  /** Who reads the captchas now. */
  mode(): CaptchaMode
  /** Seconds until the program may read captchas again, if students are asked now. */
  asksFor(): number
  readonly counts: Readonly<Record<CaptchaFate, number>>
}

/**
 * Detects that a school has changed its captcha: raises an alarm and switches from reading captchas to asking the
 * students.
 */
export function createCaptchaMonitor(options: CaptchaMonitorOptions): CaptchaMonitor {
  const { logger, refusedRun = 5, unreadableRun = 24, askForMs = 600_000, now = () => performance.now() } = options
  const counts = { accepted: 0, refused: 0, unreadable: 0 }
  let run = { refused: 0, unreadable: 0 }
  let askUntil = 0
  const mode = () => (options.mode === 'ask' || now() < askUntil ? 'ask' : 'read')

  function turnToAsking(): void {
    askUntil = now() + askForMs
    // After the pause, one more failure of the same kind switches again.
    run = { refused: refusedRun - 1, unreadable: unreadableRun - 1 }
    logger.error(
      { alarm: 'captcha', ...counts, askForMs },
      'the school has changed its captcha: students are asked to read it',
    )
  }

  return {
    counts,
    mode,
    asksFor: () => Math.ceil((options.mode === 'ask' ? askForMs : Math.max(0, askUntil - now())) / 1000),
    report(fate) {
      counts[fate]++
      if (mode() === 'ask') return
      if (fate === 'accepted') run = { refused: 0, unreadable: 0 }
      else if (fate === 'refused') run = { refused: run.refused + 1, unreadable: 0 }
      else run.unreadable++
      if (run.refused >= refusedRun || run.unreadable >= unreadableRun) turnToAsking()
    },
  }
}
