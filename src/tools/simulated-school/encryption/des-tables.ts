// The tables of FIPS 46-3, with bits counted from 1. All but `permutedChoice1` are as in the standard.

const row = (first: number, step: number, count: number) => Array.from({ length: count }, (_, i) => first + i * step)

export const initialPermutation = [58, 60, 62, 64, 57, 59, 61, 63].flatMap((first) => row(first, -8, 8))

export const finalPermutation = [40, 39, 38, 37, 36, 35, 34, 33].flatMap((first) =>
  row(0, 1, 8).map((i) => (i % 2 === 0 ? first + 4 * i : first - 32 + 4 * (i - 1))),
)

export const expansion = row(0, 4, 8).flatMap((start) => row(start, 1, 6).map((bit) => ((bit + 31) % 32) + 1))

export const roundPermutation = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
]

/** A bug of the login page: the standard's second half has these rows in the opposite direction. */
const secondHalfReversed = [...row(28, -8, 4), ...[61, 62, 63].flatMap((first) => row(first, -8, 8))]

export const permutedChoice1 = [
  ...[57, 58, 59].flatMap((first) => row(first, -8, 8)),
  ...row(60, -8, 4),
  ...secondHalfReversed,
]

export const permutedChoice2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30,
  40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
]

export const keyRotations = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]

const box = (hexRows: string) => [...hexRows.replaceAll(' ', '')].map((digit) => Number.parseInt(digit, 16))

/** S1 to S8: four rows of sixteen values, one hexadecimal digit each. */
export const substitutions = [
  'e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d',
  'f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9',
  'a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c',
  '7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e',
  '2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453',
  'c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d',
  '4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c',
  'd2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b',
].map(box)
