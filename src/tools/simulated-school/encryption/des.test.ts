import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { test } from 'node:test'
import { cipherBlock, keySchedule } from './des.ts'

const bitsOf = (bytes: Buffer) =>
  [...bytes].flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((place) => (byte >> place) & 1))

/** The position of bit n of a standard key that gives the page's reversed rows the same input as the standard's rows. */
const standardPlaceOf = new Map(
  [28, 20, 12, 4, 61, 53, 45, 37, 29, 21, 13, 5, 62, 54, 46, 38, 30, 22, 14, 6, 63, 55, 47, 39, 31, 23, 15, 7].map(
    (place, index) => [
      place,
      [63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4][
        index
      ] ?? 0,
    ],
  ),
)

test("equals OpenSSL's DES once the key bits are permuted", () => {
  for (const [keyHex, plainHex] of [
    ['0123456789abcdef', '4e6f772069732074'],
    ['133457799bbcdff1', '0123456789abcdef'],
    ['fedcba9876543210', '00000000ffffffff'],
  ] as const) {
    const key = Buffer.from(keyHex, 'hex')
    const openssl = createCipheriv('des-ede3', Buffer.concat([key, key, key]), null).setAutoPadding(false)
    const standardBits = bitsOf(key)
    const moved = standardBits.map(
      (bit, index) => standardBits[(standardPlaceOf.get(index + 1) ?? index + 1) - 1] ?? bit,
    )
    const ours = cipherBlock(bitsOf(Buffer.from(plainHex, 'hex')), keySchedule(moved))
    assert.deepEqual(ours, bitsOf(openssl.update(Buffer.from(plainHex, 'hex'))))
  }
})
