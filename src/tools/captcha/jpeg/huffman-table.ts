import { CaptchaError } from '../captcha-error.ts'

/** Canonical codes, indexed by length (T.81, F.2.2.3). */
export interface HuffmanTable {
  /** The largest code of each length, or -1 if there is none. Index 0 is not used. */
  lastCode: Int32Array
  /** For each length, the number to add to a code to get the index of its symbol. */
  offset: Int32Array
  symbols: Uint8Array
  /** Indexed by the next eight bits: code length * 256 + symbol of the code they start with, or 0 for a longer code. */
  short: Uint16Array
}

/** @param counts number of codes with 1, 2, … 16 bits @throws CaptchaError if there are more codes than a length allows */
export function buildHuffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const [lastCode, offset, short] = [new Int32Array(17).fill(-1), new Int32Array(17), new Uint16Array(256)]
  let [code, place] = [0, 0]
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1] ?? 0
    if (code + count > 1 << length) throw new CaptchaError('damaged', 'a code table that cannot be')
    offset[length] = place - code
    for (let end = place + count; place < end; place++, code++) {
      if (length <= 8)
        short.fill((length << 8) | (symbols[place] ?? 0), code << (8 - length), (code + 1) << (8 - length))
    }
    if (count > 0) lastCode[length] = code - 1
    code <<= 1
  }
  return { lastCode, offset, symbols, short }
}
