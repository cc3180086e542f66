/** Returns a number from 0 inclusive to 1 exclusive, like `Math.random`. */
export type Random = () => number

/** An integer between both bounds, inclusive. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1))
}

export function textOf(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(between(random, 0, alphabet.length - 1))).join('')
}

/** Generates the same numbers for the same seed, for repeatable runs (the linear congruence of Numerical Recipes). */
export function seededRandom(seed: number): Random {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
