/** The top of a chart's scale in hours: a round number with a round half. */
export function topHours(seconds: number): number {
  const steps = [1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100, 120, 140, 168]
  return steps.find((hours) => hours * 3600 >= seconds) ?? Math.ceil(seconds / 3600)
}
