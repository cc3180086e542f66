import { createCipheriv } from 'node:crypto'

const bytesPerBlock = 8

/**
 * The second half of DES's PC-1 as in the login script: the standard's four rows in reverse order. Bit positions start
 * at 1.
 */
const scriptRightHalf = [
  28, 20, 12, 4, 61, 53, 45, 37, 29, 21, 13, 5, 62, 54, 46, 38, 30, 22, 14, 6, 63, 55, 47, 39, 31, 23, 15, 7,
]
/** The same half in FIPS 46-3. */
const standardRightHalf = [
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
]

/**
 * The `strEnc` of the systems' login script: DES in ECB mode under each block of the key in turn. The result is
 * upper-case hexadecimal, sixteen digits for every four UTF-16 units or part of them.
 */
export function strEnc(text: string, key: string): string {
  const keyBlocks = toBlocks(key)
  let data = toBlocks(text)
  for (let at = 0; at < keyBlocks.length; at += bytesPerBlock)
    data = encrypt(data, toStandardKey(keyBlocks.subarray(at, at + bytesPerBlock)))
  return data.toString('hex').toUpperCase()
}

/** UTF-16 in big-endian order, padded with zeros to whole blocks. */
function toBlocks(text: string): Buffer {
  const blocks = Buffer.alloc(Math.ceil((text.length * 2) / bytesPerBlock) * bytesPerBlock)
  blocks.write(text, 'utf16le')
  return blocks.swap16()
}

/** The key with which standard DES has the same round keys as the script's DES has with `key`. */
function toStandardKey(key: Buffer): Buffer {
  const standard = Buffer.from(key)
  for (const [index, to] of standardRightHalf.entries()) setBit(standard, to, bitAt(key, scriptRightHalf[index] ?? 0))
  return standard
}

function bitAt(bytes: Buffer, position: number): number {
  return ((bytes[(position - 1) >> 3] ?? 0) >> (7 - ((position - 1) & 7))) & 1
}

function setBit(bytes: Buffer, position: number, bit: number): void {
  const index = (position - 1) >> 3
  const mask = 0x80 >> ((position - 1) & 7)
  bytes[index] = bit ? (bytes[index] ?? 0) | mask : (bytes[index] ?? 0) & ~mask
}

/** OpenSSL offers single DES only in its legacy provider. Triple DES with the same key three times is equivalent. */
function encrypt(blocks: Buffer, key: Buffer): Buffer {
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([key, key, key]), null).setAutoPadding(false)
  return Buffer.concat([cipher.update(blocks), cipher.final()])
}
