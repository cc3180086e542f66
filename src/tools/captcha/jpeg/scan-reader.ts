import { CaptchaError } from '../captcha-error.ts'
import type { HuffmanTable } from './huffman-table.ts'

/** Reads the bits of a scan, most significant first, without the zero bytes stuffed after 255. */
export class ScanReader {
  private readonly image: Uint8Array
  private at: number
  private bits = 0
  private bitsLeft = 0

  constructor(image: Uint8Array, start: number) {
    this.image = image
    this.at = start
  }

  /** @throws CaptchaError at the end of the data, at a marker, and for a code that is not in the table */
  symbol(table: HuffmanTable): number {
    if (this.bitsLeft < 8) this.take()
    const ahead = this.bitsLeft < 8 ? this.bits << (8 - this.bitsLeft) : this.bits >> (this.bitsLeft - 8)
    const found = table.short[ahead & 255] ?? 0
    const length = found >> 8
    if (length === 0 || length > this.bitsLeft) return this.longSymbol(table)
    this.bitsLeft -= length
    return found & 255
  }

  private longSymbol({ lastCode, offset, symbols }: HuffmanTable): number {
    let code = 0
    for (let length = 1; length <= 16; length++) {
      code = (code << 1) | this.number(1)
      if (code <= (lastCode[length] ?? -1)) return symbols[code + (offset[length] ?? 0)] ?? 0
    }
    throw new CaptchaError('damaged', 'an unknown code')
  }

  /** Reads a number of `length` bits. The lower half of the range encodes the negative numbers (T.81, F.2.2.1). */
  signed(length: number): number {
    const value = this.number(length)
    return length > 0 && value < 1 << (length - 1) ? value - (1 << length) + 1 : value
  }

  /** Skips the rest of the byte and the restart marker that must follow. @throws CaptchaError if it does not */
  marker(isExpected: (code: number) => boolean): void {
    // Un-reads whole bytes that were only looked ahead at.
    for (; this.bitsLeft >= 8; this.bitsLeft -= 8) this.at -= this.image[this.at - 2] === 0xff ? 2 : 1
    this.bitsLeft = 0
    this.skipFill()
    if (this.image[this.at] !== 0xff || !isExpected(this.image[this.at + 1] ?? 0)) {
      throw new CaptchaError('damaged', 'the pixels do not end where they should')
    }
    this.at += 2
  }

  /** Any number of 255 bytes may precede a marker (T.81, B.1.1.2). jpeg-js adds one stuffed byte to byte-aligned data. */
  private skipFill(): void {
    for (let next = this.image[this.at + 1]; this.image[this.at] === 0xff && (next === 0xff || next === 0); ) {
      this.at += next === 0 ? 2 : 1
      next = this.image[this.at + 1]
    }
  }

  /** @param length at most 16 */
  private number(length: number): number {
    while (this.bitsLeft < length) {
      if (!this.take()) throw new CaptchaError('damaged', 'the pixels are cut short')
    }
    this.bitsLeft -= length
    return (this.bits >> this.bitsLeft) & ((1 << length) - 1)
  }

  /** @returns false at a marker or at the end of the data */
  private take(): boolean {
    const byte = this.image[this.at]
    const isStuffed = byte === 0xff && this.image[this.at + 1] === 0
    if (byte === undefined || (byte === 0xff && !isStuffed)) return false
    this.at += isStuffed ? 2 : 1
    this.bits = (this.bits << 8) | byte
    this.bitsLeft += 8
    return true
  }
}
