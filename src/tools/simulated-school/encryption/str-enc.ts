import { cipherBlock, keySchedule, type RoundKeys } from './des.ts'

const unitsPerBlock = 4

/**
 * The login page's `strEnc`. Each block of four UTF-16 units (eight bytes, big-endian, zero-filled) is encrypted with DES once
 * for each block of the key, in order. The output is upper-case hex. The key schedule has the page's bug (see `des-tables.ts`).
 */
export function strEnc(plain: string, key: string): string {
  const schedules = blocksOf(key).map(keySchedule)
  return blocksOf(plain)
    .map((block) => schedules.reduce((bits, schedule) => cipherBlock(bits, schedule), block))
    .map(hexOf)
    .join('')
}

/** Reverses `strEnc`. Undefined for text that `strEnc` cannot have produced. Zero units at the end are taken for padding. */
export function strDec(cipherText: string, key: string): string | undefined {
  if (cipherText.length % 16 !== 0 || /[^0-9A-F]/.test(cipherText)) return undefined
  const schedules: RoundKeys[] = blocksOf(key)
    .map((block) => keySchedule(block).reverse())
    .reverse()
  const blocks = cipherText.match(/.{16}/g) ?? []
  const bytes = blocks
    .map((block) => bitsOfHex(block))
    .map((block) => schedules.reduce((bits, schedule) => cipherBlock(bits, schedule), block))
    .map((bits) => Buffer.from(hexOf(bits), 'hex').swap16())
  return Buffer.concat(bytes).toString('utf16le').replace(/\0+$/, '')
}

function blocksOf(text: string): number[][] {
  const count = Math.ceil(text.length / unitsPerBlock)
  return Array.from({ length: count }, (_, index) => {
    const block = Buffer.alloc(unitsPerBlock * 2)
    block.write(text.slice(index * unitsPerBlock, (index + 1) * unitsPerBlock), 'utf16le')
    return bitsOfHex(block.swap16().toString('hex'))
  })
}

function bitsOfHex(hex: string): number[] {
  return [...hex].flatMap((digit) => [3, 2, 1, 0].map((place) => (Number.parseInt(digit, 16) >> place) & 1))
}

function hexOf(bits: number[]): string {
  const digits = Array.from({ length: bits.length / 4 }, (_, index) => bits.slice(index * 4, index * 4 + 4).join(''))
  return digits
    .map((digit) => Number.parseInt(digit, 2).toString(16))
    .join('')
    .toUpperCase()
}
