const hour = 3600
/** From how many seconds on each step minSecondsOfStep, after the one of days without study. The same for everyone and always. */
const minSecondsOfStep = [1, hour, 2 * hour, 4 * hour]

/** 0 (no study) to 4. */
export function stepOf(seconds: number): number {
  return minSecondsOfStep.filter((least) => seconds >= least).length
}

/** The distance of two days: what a finger needs (WCAG 2.2, 2.5.8). */
export const cellPx = 24
const sizes = [4, 10, 14, 17, 20]

export function sizeOf(step: number): number {
  return sizes[step] ?? 0
}
