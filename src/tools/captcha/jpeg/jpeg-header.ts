import { CaptchaError } from '../captcha-error.ts'
import { buildHuffmanTable, type HuffmanTable } from './huffman-table.ts'

export interface JpegComponent {
  id: number
  /** Blocks of the component per unit (MCU) of the scan. */
  across: number
  down: number
  quantization: Uint16Array
  dc: HuffmanTable
  ac: HuffmanTable
}

/** The header of a baseline JPEG with one scan (ITU-T T.81, annex B). */
export interface JpegHeader {
  width: number
  height: number
  /** The first one is the brightness. */
  components: JpegComponent[]
  /** Units between restart markers, or 0 if there are none. */
  restartInterval: number
  scanStart: number
}

type FrameComponent = Pick<JpegComponent, 'id' | 'across' | 'down'> & { quantizationId: number }

interface Parts {
  width: number
  height: number
  frame: FrameComponent[]
  quantizations: Map<number, Uint16Array>
  huffmans: Map<number, HuffmanTable>
  restartInterval: number
}

const [SOI, SOS, DQT, DHT, DRI] = [0xffd8, 0xffda, 0xffdb, 0xffc4, 0xffdd] as const
const acClass = 0x10

/** @throws CaptchaError */
export function readJpegHeader(image: Uint8Array): JpegHeader {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  if (image.length < 4 || view.getUint16(0) !== SOI) throw new CaptchaError('not a JPEG', 'it does not begin as one')
  const parts: Parts = {
    width: 0,
    height: 0,
    frame: [],
    quantizations: new Map(),
    huffmans: new Map(),
    restartInterval: 0,
  }
  for (let at = 2; at + 4 <= image.length; ) {
    const marker = view.getUint16(at)
    const end = at + 2 + view.getUint16(at + 2)
    if (marker < 0xffc0 || end < at + 4 || end > image.length) throw damaged('a segment is cut or out of place')
    const segment = image.subarray(at + 4, end)
    if (marker === SOS) return headerOf(parts, segment, end)
    readSegment(parts, marker, segment)
    at = end
  }
  throw damaged('no pixels')
}

function readSegment(parts: Parts, marker: number, segment: Uint8Array): void {
  if (marker === DQT) readQuantizations(parts, segment)
  else if (marker === DHT) readHuffmans(parts, segment)
  else if (marker === DRI) parts.restartInterval = word(segment, 0)
  else if (marker === 0xffc0 || marker === 0xffc1) readFrame(parts, segment)
  else if (marker > 0xffc1 && marker <= 0xffcf && marker !== 0xffc8) {
    throw new CaptchaError('unsupported', 'neither baseline nor sequential')
  }
}

function readFrame(parts: Parts, segment: Uint8Array): void {
  if (parts.frame.length > 0) throw damaged('two frames')
  if (byte(segment, 0) !== 8) throw new CaptchaError('unsupported', `${byte(segment, 0)} bits a sample`)
  parts.height = word(segment, 1)
  parts.width = word(segment, 3)
  const count = byte(segment, 5)
  if (parts.width === 0 || parts.height === 0 || count === 0) throw damaged('no frame of pixels')
  if (count !== 1 && count !== 3) throw new CaptchaError('unsupported', `${count} colours, where captchas have 1 or 3`)
  for (let at = 6; at < 6 + 3 * count; at += 3) {
    const [across, down] = [byte(segment, at + 1) >> 4, byte(segment, at + 1) & 15]
    if (across < 1 || across > 4 || down < 1 || down > 4) throw damaged('impossible sampling')
    parts.frame.push({ id: byte(segment, at), across, down, quantizationId: byte(segment, at + 2) })
  }
}

function readQuantizations(parts: Parts, segment: Uint8Array): void {
  for (let at = 0; at < segment.length; ) {
    const head = byte(segment, at++)
    const bytesEach = head >> 4 === 0 ? 1 : 2
    const read = bytesEach === 1 ? byte : word
    parts.quantizations.set(
      head & 15,
      Uint16Array.from({ length: 64 }, (_, index) => read(segment, at + index * bytesEach)),
    )
    at += 64 * bytesEach
  }
}

function readHuffmans(parts: Parts, segment: Uint8Array): void {
  for (let at = 0; at < segment.length; ) {
    const id = byte(segment, at)
    const counts = segment.subarray(at + 1, at + 17)
    const total = counts.reduce((sum, count) => sum + count, 0)
    const symbols = segment.subarray(at + 17, at + 17 + total)
    if (counts.length < 16 || symbols.length < total) throw damaged('a code table is cut')
    parts.huffmans.set(id, buildHuffmanTable(counts, symbols))
    at += 17 + total
  }
}

function headerOf(parts: Parts, segment: Uint8Array, scanStart: number): JpegHeader {
  const { width, height, frame, restartInterval } = parts
  if (frame.length === 0) throw damaged('pixels without a frame')
  if (byte(segment, 0) !== frame.length) throw new CaptchaError('unsupported', 'several scans')
  const components = frame.map(({ quantizationId, ...component }, index): JpegComponent => {
    const tables = byte(segment, 2 + 2 * index)
    const quantization = parts.quantizations.get(quantizationId)
    const dc = parts.huffmans.get(tables >> 4)
    const ac = parts.huffmans.get(acClass | (tables & 15))
    if (byte(segment, 1 + 2 * index) !== component.id || !quantization || !dc || !ac)
      throw damaged('a table is missing')
    return { ...component, quantization, dc, ac }
  })
  return { width, height, components, restartInterval, scanStart }
}

function byte(segment: Uint8Array, at: number): number {
  return segment[at] ?? cutShort()
}

function word(segment: Uint8Array, at: number): number {
  return byte(segment, at) * 256 + byte(segment, at + 1)
}

function cutShort(): never {
  throw damaged('a segment is too short')
}

function damaged(message: string): CaptchaError {
  return new CaptchaError('damaged', message)
}
