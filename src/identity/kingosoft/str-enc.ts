import { type Bits, encryptBlock, roundKeys } from './des.ts'

const UNITS_A_BLOCK = 4

/** The `strEnc` of the systems' login script: upper-case hexadecimal, sixteen digits for each four UTF-16 units begun. */
export function strEnc(text: string, key: string): string {
  const schedules = blocks(key).map(roundKeys)
  return blocks(text)
    .map((block) => hex(schedules.reduce(encryptBlock, block)))
    .join('')
}

/** Eight bytes a block, big-endian, the last one filled with zeros. */
function blocks(text: string): Bits[] {
  const count = Math.ceil(text.length / UNITS_A_BLOCK)
  return Array.from({ length: count }, (_, block) =>
    Array.from({ length: UNITS_A_BLOCK }, (_, unit) => text.charCodeAt(block * UNITS_A_BLOCK + unit) || 0).flatMap(
      unitBits,
    ),
  )
}

function unitBits(unit: number): Bits {
  return Array.from({ length: 16 }, (_, index) => (unit >> (15 - index)) & 1)
}

function hex(bits: Bits): string {
  return BigInt(`0b${bits.join('')}`)
    .toString(16)
    .toUpperCase()
    .padStart(16, '0')
}
