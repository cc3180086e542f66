/** Answers a number from 0 inclusive to 1 exclusive, as `Math.random` does. */
export type Random = () => number

/** A whole number between both bounds, each included. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1))
}

export function textOf(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(between(random, 0, alphabet.length - 1))).join('')
}

/** The same numbers for the same seed, for runs that shall repeat (the linear congruence of Numerical Recipes). */
export function seededRandom(seed: number): Random {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
