import type { CaptchaFate } from './form-login/captcha-reader.ts'
import type { Logger } from './logger.ts'

export type CaptchaMode = 'read' | 'ask'

export interface CaptchaMonitorOptions {
  /** As the operator set it: `ask` stays so. */
  mode: CaptchaMode
  logger: Logger
  /** So many refused in a row, across logins, and people are asked instead. */
  refusedRun?: number
  unreadableRun?: number
  /** For how long people are asked before reading gets one more chance. */
  askForMs?: number
  /** Milliseconds by a clock that is never put back. */
  now?: () => number
}

export interface CaptchaMonitor {
  report(fate: CaptchaFate): void
  /** Who reads the captchas now. */
  mode(): CaptchaMode
  /** Seconds, while people are asked, in which nothing will change. */
  asksFor(): number
  readonly counts: Readonly<Record<CaptchaFate, number>>
}

/** Notices that a school has changed its captcha: raises the alarm and turns from reading to asking. */
export function createCaptchaMonitor(options: CaptchaMonitorOptions): CaptchaMonitor {
  const { logger, refusedRun = 5, unreadableRun = 24, askForMs = 600_000, now = () => performance.now() } = options
  const counts = { accepted: 0, refused: 0, unreadable: 0 }
  let run = { refused: 0, unreadable: 0 }
  let askUntil = 0
  const mode = () => (options.mode === 'ask' || now() < askUntil ? 'ask' : 'read')

  function turnToAsking(): void {
    askUntil = now() + askForMs
    // The next one that fails in the same way is enough to turn again.
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
