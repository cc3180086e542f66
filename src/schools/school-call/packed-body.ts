import { promisify } from 'node:util'
import { gunzip, inflate, inflateRaw } from 'node:zlib'
import { SchoolError } from './school-error.ts'

/** Asked for with each call. Some sites pack their answers all the same. */
export const acceptEncoding = 'identity'

type Unpack = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>
const unpackers = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  rawDeflate: promisify(inflateRaw),
} satisfies Record<string, Unpack>

/** A body as it was before it was packed, of at most so many bytes. @throws SchoolError `too-large`, or `not-understood` for other packings */
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
  if (!unpack) throw new SchoolError('not-understood', `${call}: packed in a way that was not asked for`)
  try {
    return await unpack(bytes, { maxOutputLength: mostBytes })
  } catch (error) {
    const large = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    throw large
      ? new SchoolError('too-large', `${call}: more than ${mostBytes} bytes once unpacked`)
      : new SchoolError('not-understood', `${call}: packed, and broken`)
  }
}

function unpackerFor(coding: string, bytes: Uint8Array): Unpack | undefined {
  if (coding === 'gzip' || coding === 'x-gzip') return unpackers.gzip
  // Some servers leave out the two bytes with which deflate begins (RFC 1950).
  const [first = 0, second = 0] = bytes
  const framed = (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0
  return coding === 'deflate' ? (framed ? unpackers.deflate : unpackers.rawDeflate) : undefined
}
