import { hash } from 'node:crypto'

const blockSize = 64
const hashSize = 32

/**
 * HMAC with SHA-256 (RFC 2104) of short texts in Latin-1, such as headers are; itself a text of 32 such letters. By two plain hashes:
 * `createHmac` makes an object for each, at three times the cost.
 * @param key of at most 64 bytes
 */
export function hmacSha256(key: Buffer): (text: string) => string {
  if (key.length > blockSize) throw new RangeError('a key of more than one block')
  let inner = padded(key, 0x36, 1024)
  const outer = padded(key, 0x5c, hashSize)
  return (text) => {
    if (inner.length < blockSize + text.length) inner = padded(key, 0x36, text.length)
    const end = blockSize + inner.write(text, blockSize, 'latin1')
    outer.write(hash('sha256', inner.subarray(0, end), 'latin1'), blockSize, 'latin1')
    return hash('sha256', outer, 'latin1')
  }
}

function padded(key: Buffer, pad: number, room: number): Buffer {
  const buffer = Buffer.alloc(blockSize + room)
  for (let at = 0; at < blockSize; at++) buffer[at] = (key[at] ?? 0) ^ pad
  return buffer
}
