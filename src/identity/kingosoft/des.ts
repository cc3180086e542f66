import {
  expansion,
  finalPermutation,
  initialPermutation,
  keyLeft,
  keyRight,
  keyRotations,
  roundKeyChoice,
  roundPermutation,
  substitutionBoxes,
} from './des-tables.ts'

/** Bits from the highest to the lowest, each 0 or 1. Slower than words, and read beside the standard line by line. */
export type Bits = readonly number[]

/** The sixteen round keys of a key of 64 bits. */
export function roundKeys(key: Bits): Bits[] {
  let left = pick(key, keyLeft)
  let right = pick(key, keyRight)
  return keyRotations.map((places) => {
    left = rotate(left, places)
    right = rotate(right, places)
    return pick([...left, ...right], roundKeyChoice)
  })
}

/** One block of 64 bits. */
export function encryptBlock(block: Bits, keys: readonly Bits[]): Bits {
  const start = pick(block, initialPermutation)
  let left: Bits = start.slice(0, 32)
  let right: Bits = start.slice(32)
  for (const key of keys) [left, right] = [right, xor(left, scramble(right, key))]
  return pick([...right, ...left], finalPermutation)
}

function scramble(half: Bits, key: Bits): Bits {
  const mixed = xor(pick(half, expansion), key)
  const substituted = substitutionBoxes.flatMap((box, index) => substitute(box, mixed, index * 6))
  return pick(substituted, roundPermutation)
}

const nibbles = Array.from({ length: 16 }, (_, value) => [8, 4, 2, 1].map((place) => (value & place ? 1 : 0)))

/** The outer two of six bits choose the row, the inner four the column. */
function substitute(box: number[][], bits: Bits, from: number): number[] {
  const row = number(bits, from, 1) * 2 + number(bits, from + 5, 1)
  const value = box[row]?.[number(bits, from + 1, 4)] ?? 0
  return nibbles[value] ?? []
}

function number(bits: Bits, from: number, count: number): number {
  let sum = 0
  for (let index = from; index < from + count; index++) sum = sum * 2 + (bits[index] ?? 0)
  return sum
}

function pick(bits: Bits, positions: readonly number[]): Bits {
  return positions.map((position) => bits[position - 1] ?? 0)
}

function rotate(bits: Bits, places: number): Bits {
  return [...bits.slice(places), ...bits.slice(0, places)]
}

function xor(left: Bits, right: Bits): Bits {
  return left.map((bit, index) => bit ^ (right[index] ?? 0))
}
