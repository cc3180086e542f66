import { hrtime } from 'node:process'

const lineIntervalSeconds = 5
const redrawIntervalSeconds = 0.1

export interface Progress {
  /** @param done the amount done, in the unit of the total */
  update(done: number): void
  /** Shows the final state and ends the line. */
  finish(): void
}

export interface ProgressOptions {
  label: string
  total: number
  /** The amount done by earlier runs. It counts as done, but not towards the rate. */
  from?: number
  unit?: string
  out?: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>
  /** A clock in seconds with any starting point. */
  now?: () => number
}

/** Shows the progress of a long command: on a terminal in one rewritten line, elsewhere in a new line every five seconds. */
export function showProgress({ label, total, from = 0, unit = 'rows', ...given }: ProgressOptions): Progress {
  const { out = process.stderr, now = () => Number(hrtime.bigint()) / 1e9 } = given
  const begun = now()
  const line = (done: number) => `${label}: ${describe({ done, total, from, unit, seconds: now() - begun })}`
  let shown = begun
  let latest = from
  let written: number | undefined
  return {
    update(done) {
      latest = done
      if (now() - shown < (out.isTTY ? redrawIntervalSeconds : lineIntervalSeconds)) return
      shown = now()
      written = done
      out.write(out.isTTY ? `\r${line(done)}\x1b[K` : `${line(done)}\n`)
    },
    finish() {
      if (out.isTTY) out.write(`\r${line(latest)}\x1b[K\n`)
      else if (written !== latest) out.write(`${line(latest)}\n`)
    },
  }
}

interface State {
  done: number
  total: number
  from: number
  unit: string
  seconds: number
}

function describe({ done, total, from, unit, seconds }: State): string {
  const share = total > 0 ? Math.floor((100 * done) / total) : 100
  const rate = seconds > 0 ? (done - from) / seconds : 0
  const left = done >= total ? `took ${duration(seconds)}` : rate > 0 ? `${duration((total - done) / rate)} left` : '…'
  return `${grouped(done)} of ${grouped(total)} ${unit} (${share} %), ${grouped(rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate))}/s, ${left}`
}

function grouped(number: number): string {
  return number.toLocaleString('en-US')
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** The exit codes that shells use: 128 and the number of the signal. */
const interruptions = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Runs `work` with a signal that the first Ctrl-C or SIGTERM aborts. A second one ends the process at once.
 * @returns true if `work` finished. False if it stopped because of the signal; the exit code is then set
 */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
  const controller = new AbortController()
  let exitCode: number | undefined
  const stopListening = Object.entries(interruptions).map(([name, code]) => {
    const interrupt = () => {
      exitCode = code
      controller.abort()
    }
    process.once(name, interrupt)
    return () => process.off(name, interrupt)
  })
  try {
    await work(controller.signal)
    return true
  } catch (error) {
    if (exitCode === undefined) throw error
    process.exitCode = exitCode
    return false
  } finally {
    for (const stop of stopListening) stop()
  }
}
