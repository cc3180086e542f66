/** How often everyone is read again while no difference is noticed: for new names, which nobody signals. */
const fullScanMs = 60_000
/** How soon after another a difference is looked for: if the signals of every process arrive, or else. */
const scanAfterMs = { complete: 30_000, incomplete: 1500 }
/** A scan may take this share of the process's time. */
const scanShare = 0.05

/** When everyone is to be read. */
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

    /** Whether the database has what this process knows. */
    compare(isSame: boolean): void {
      differences = isSame ? 0 : differences + 1
    },

    onChange(complete: boolean): void {
      isComplete = complete
      // What was sent before may be lost.
      isDemanded = true
    },

    isDue(): boolean {
      const passed = performance.now() - endedAt
      if (passed < tookMs / scanShare) return false
      const patience = isComplete ? scanAfterMs.complete : scanAfterMs.incomplete
      // A signal that is still on its way makes a difference once.
      return isDemanded || passed >= fullScanMs || (differences > 1 && passed >= patience)
    },

    /** The result is called at the end. */
    begin(): () => void {
      const begun = performance.now()
      isDemanded = false
      differences = 0
      return () => {
        endedAt = performance.now()
        tookMs = endedAt - begun
      }
    },
  }
}
