/** Answers a number from 0 inclusive to 1 exclusive, as `Math.random` does. */
export type Random = () => number

/** A whole number between both bounds, each included. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1))
}

export function textOf(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(between(random, 0, alphabet.length - 1))).join('')
}
