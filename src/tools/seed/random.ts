/** Returns a number from 0 inclusive to 1 exclusive. */
export type Random = () => number

/** Generates the same numbers for the same seed on every machine (sfc32 by Chris Doty-Humphrey, as in PractRand). */
export function seededRandom(seed: number): Random {
  let a = seed | 0
  let b = Math.trunc(seed / 2 ** 32) | 0
  let c = 0x9e3779b9 | 0
  let counter = 1
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 16; round++) next()
  return next
}

/** An integer between both bounds, inclusive. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1))
}

/** Returns a function that draws an index with a probability proportional to its weight. */
export function picker(weights: readonly number[]): (random: Random) => number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return (random) => {
    let rest = random() * total
    for (let index = 0; index < weights.length; index++) {
      rest -= weights[index] as number
      if (rest < 0) return index
    }
    return weights.length - 1
  }
}
