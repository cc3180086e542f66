import {
  expansion,
  finalPermutation,
  initialPermutation,
  keyRotations,
  permutedChoice1,
  permutedChoice2,
  roundPermutation,
  substitutions,
} from './des-tables.ts'

/** 16 keys of 48 bits. In reverse order they decrypt. */
export type RoundKeys = number[][]

export function keySchedule(key: readonly number[]): RoundKeys {
  let left = pick(key, permutedChoice1.slice(0, 28))
  let right = pick(key, permutedChoice1.slice(28))
  return keyRotations.map((places) => {
    left = [...left.slice(places), ...left.slice(0, places)]
    right = [...right.slice(places), ...right.slice(0, places)]
    return pick([...left, ...right], permutedChoice2)
  })
}

/** Passes one block of 64 bits through the 16 rounds of DES. */
export function cipherBlock(block: readonly number[], keys: RoundKeys): number[] {
  const start = pick(block, initialPermutation)
  let [left, right] = [start.slice(0, 32), start.slice(32)]
  for (const key of keys) [left, right] = [right, xor(left, round(right, key))]
  return pick([...right, ...left], finalPermutation)
}

function round(half: readonly number[], key: readonly number[]): number[] {
  const mixed = xor(pick(half, expansion), key)
  return pick(
    substitutions.flatMap((box, index) => substitute(box, mixed.slice(index * 6, index * 6 + 6))),
    roundPermutation,
  )
}

/** The outer two of six bits select the box's row, the inner four its column. */
function substitute(box: readonly number[], bits: readonly number[]): number[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bits
  const value = box[(a * 2 + f) * 16 + b * 8 + c * 4 + d * 2 + e] ?? 0
  return [3, 2, 1, 0].map((place) => (value >> place) & 1)
}

/** The tables count bits from 1, as in the standard. */
function pick(bits: readonly number[], table: readonly number[]): number[] {
  return table.map((place) => bits[place - 1] ?? 0)
}

function xor(a: readonly number[], b: readonly number[]): number[] {
  return a.map((bit, index) => bit ^ (b[index] ?? 0))
}
