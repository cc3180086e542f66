const hour = 3600
/** The minimum of each step in seconds, except for days without study. The same for everyone. */
const minSecondsOfStep = [1, hour, 2 * hour, 4 * hour]

/** 0 (no study) to 4. */
export function stepOf(seconds: number): number {
  return minSecondsOfStep.filter((least) => seconds >= least).length
}

/** The size of a day: the minimum target size of WCAG 2.2, 2.5.8. */
export const cellPx = 24
const sizes = [4, 10, 14, 17, 20]

export function sizeOf(step: number): number {
  return sizes[step] ?? 0
}
