import { CaptchaError } from '../captcha-error.ts'
import type { HuffmanTable } from './huffman-table.ts'

/** Bits of a scan, most significant first, without the zeros that are stuffed after 255. */
export class ScanReader {
  private readonly image: Uint8Array
  private at: number
  private bits = 0
  private bitsLeft = 0

  constructor(image: Uint8Array, start: number) {
    this.image = image
    this.at = start
  }

  /** @throws CaptchaError where the data end, at a marker, and for a code that the table does not have */
  symbol({ lastCode, offset, symbols }: HuffmanTable): number {
    let code = 0
    for (let length = 1; length <= 16; length++) {
      code = (code << 1) | this.bit()
      if (code <= (lastCode[length] ?? -1)) return symbols[code + (offset[length] ?? 0)] ?? 0
    }
    throw new CaptchaError('damaged', 'an unknown code')
  }

  /** A number of so many bits, the lower half of whose range stands for the negative ones (T.81, F.2.2.1). */
  signed(length: number): number {
    let value = 0
    for (let bit = 0; bit < length; bit++) value = (value << 1) | this.bit()
    return length > 0 && value < 1 << (length - 1) ? value - (1 << length) + 1 : value
  }

  /** Leaves the rest of the byte, and steps over the marker that must follow. @throws CaptchaError when it does not */
  marker(isExpected: (code: number) => boolean): void {
    this.bitsLeft = 0
    this.skipFill()
    if (this.image[this.at] !== 0xff || !isExpected(this.image[this.at + 1] ?? 0)) {
      throw new CaptchaError('damaged', 'the pixels do not end where they should')
    }
    this.at += 2
  }

  /** Before a marker stand any number of 255 (T.81, B.1.1.2); jpeg-js pads what ends on a whole byte by one more, stuffed. */
  private skipFill(): void {
    for (let next = this.image[this.at + 1]; this.image[this.at] === 0xff && (next === 0xff || next === 0); ) {
      this.at += next === 0 ? 2 : 1
      next = this.image[this.at + 1]
    }
  }

  private bit(): number {
    if (this.bitsLeft === 0) this.nextByte()
    this.bitsLeft--
    return (this.bits >> this.bitsLeft) & 1
  }

  private nextByte(): void {
    const byte = this.image[this.at]
    const isStuffed = byte === 0xff && this.image[this.at + 1] === 0
    if (byte === undefined || (byte === 0xff && !isStuffed))
      throw new CaptchaError('damaged', 'the pixels are cut short')
    this.at += isStuffed ? 2 : 1
    this.bits = byte
    this.bitsLeft = 8
  }
}
