/** How often all running records are read even if no difference is found. Changed user names send no signal. */
const fullScanMs = 60_000
/** The minimum time between scans because of a difference: if the signals of all processes arrive, and if not. */
const scanAfterMs = { complete: 30_000, incomplete: 1500 }
/** The share of the process's time that scans may take. */
const scanShare = 0.05

/** Decides when all running records must be read. */
export function createScanTimes() {
  let isComplete = false
  let isDemanded = false
  let differences = 0
  let endedAt = 0
  let tookMs = 0

  return {
    demand(): void {
      isDemanded = true
    },

    /** @param isSame whether the database matches the roster */
    compare(isSame: boolean): void {
      differences = isSame ? 0 : differences + 1
    },

    onChange(complete: boolean): void {
      isComplete = complete
      // Signals that were sent before may be lost.
      isDemanded = true
    },

    isDue(): boolean {
      const passedMs = performance.now() - endedAt
      if (passedMs < tookMs / scanShare) return false
      const minIntervalMs = isComplete ? scanAfterMs.complete : scanAfterMs.incomplete
      // A signal that has not arrived yet causes a single difference.
      return isDemanded || passedMs >= fullScanMs || (differences > 1 && passedMs >= minIntervalMs)
    },

    /** Call the returned function at the end. */
    begin(): () => void {
      const startedAt = performance.now()
      isDemanded = false
      differences = 0
      return () => {
        endedAt = performance.now()
        tookMs = endedAt - startedAt
      }
    },
  }
}
