import { promisify } from 'node:util'
import { gunzip, inflate, inflateRaw } from 'node:zlib'
import { SchoolError } from './school-error.ts'

/** Sent with each call. Some sites compress their responses anyway. */
export const acceptEncoding = 'identity'

type Unpack = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>
const unpackers = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  rawDeflate: promisify(inflateRaw),
} satisfies Record<string, Unpack>

/**
 * The body after decompression, up to the given size.
 * @throws SchoolError `too-large`, or `not-understood` for other encodings
 */
export async function unpackBody(
  bytes: Uint8Array,
  encoding: string | string[] | undefined,
  mostBytes: number,
  call: string,
): Promise<Uint8Array> {
  const codings = [encoding ?? []].flat().join(',').toLowerCase().split(',')
  const applied = codings.map((coding) => coding.trim()).filter((coding) => coding !== '' && coding !== 'identity')
  if (applied.length === 0 || bytes.length === 0) return bytes
  const unpack = applied.length === 1 ? unpackerFor(applied[0] ?? '', bytes) : undefined
  if (!unpack) throw new SchoolError('not-understood', `${call}: compressed in an unexpected way`)
  try {
    return await unpack(bytes, { maxOutputLength: mostBytes })
  } catch (error) {
    const large = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    throw large
      ? new SchoolError('too-large', `${call}: more than ${mostBytes} bytes once unpacked`)
      : new SchoolError('not-understood', `${call}: compressed, but damaged`)
  }
}

function unpackerFor(coding: string, bytes: Uint8Array): Unpack | undefined {
  if (coding === 'gzip' || coding === 'x-gzip') return unpackers.gzip
  // Some servers leave out the two-byte header of deflate (RFC 1950).
  const [first = 0, second = 0] = bytes
  const framed = (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0
  return coding === 'deflate' ? (framed ? unpackers.deflate : unpackers.rawDeflate) : undefined
}
