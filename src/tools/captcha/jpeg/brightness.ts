import { CaptchaError } from '../captcha-error.ts'
import { inverseDct } from './inverse-dct.ts'
import type { JpegComponent, JpegHeader } from './jpeg-header.ts'
import { ScanReader } from './scan-reader.ts'

const [END_OF_IMAGE, FIRST_RESTART] = [0xd9, 0xd0]

/** Row-major positions of the 64 frequencies, in the order in which they are encoded. */
// biome-ignore format: eight per line, as in the standard's figure
const zigzag = Uint8Array.from([
  0, 1, 8, 16, 9, 2, 3, 10,
  17, 24, 32, 25, 18, 11, 4, 5,
  12, 19, 26, 33, 40, 48, 41, 34,
  27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36,
  29, 22, 15, 23, 30, 37, 44, 51,
  58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
])

/** The current block, reused to avoid an allocation per image. */
const block = new Float64Array(64)

/**
 * Decodes the first component of a JPEG and skips the others.
 * @returns brightness from 0 to 255, row by row
 * @throws CaptchaError
 */
export function decodeBrightness(image: Uint8Array, header: JpegHeader): Uint8ClampedArray {
  const { width, height, components, restartInterval } = header
  const [first] = components
  if (!first) throw new CaptchaError('damaged', 'no component')
  requireFullResolution(first, components)
  // A single component is stored block by block, regardless of its sampling factors (T.81, A.2.2).
  const layout = components.length === 1 ? [{ ...first, across: 1, down: 1 }] : components
  const [{ across, down } = first] = layout
  const unitsAcross = Math.ceil(width / (8 * across))
  const units = unitsAcross * Math.ceil(height / (8 * down))
  const values = new Uint8ClampedArray(width * height)
  const scan = new ScanReader(image, header.scanStart)
  const lastDc = layout.map(() => 0)
  for (let unit = 0; unit < units; unit++) {
    if (restartInterval > 0 && unit > 0 && unit % restartInterval === 0) {
      const expected = FIRST_RESTART + ((unit / restartInterval - 1) & 7)
      scan.marker((code) => code === expected)
      lastDc.fill(0)
    }
    const [left, top] = [(unit % unitsAcross) * across * 8, Math.floor(unit / unitsAcross) * down * 8]
    layout.forEach((component, index) => {
      for (let at = 0; at < component.across * component.down; at++) {
        lastDc[index] = readBlock(scan, component, lastDc[index] ?? 0)
        if (index > 0) continue
        inverseDct(block)
        place(values, left + (at % across) * 8, top + Math.floor(at / across) * 8, width)
      }
    })
  }
  scan.marker((code) => code === END_OF_IMAGE)
  return values
}

/** Encoders subsample only the colours, never the brightness. */
function requireFullResolution(first: JpegComponent, components: JpegComponent[]): void {
  if (components.some(({ across, down }) => across > first.across || down > first.down)) {
    throw new CaptchaError('unsupported', 'brightness is not in full resolution')
  }
}

/** @returns the block's DC value, to which the component's next one is relative */
function readBlock(scan: ScanReader, component: JpegComponent, lastDc: number): number {
  block.fill(0)
  const { quantization, ac } = component
  const size = scan.symbol(component.dc)
  if (size > 11) throw new CaptchaError('damaged', 'an impossible brightness')
  const dc = lastDc + scan.signed(size)
  block[0] = dc * (quantization[0] ?? 0)
  for (let index = 1; index < 64; index++) {
    const symbol = scan.symbol(ac)
    if (symbol === 0) break
    index += symbol >> 4
    if (index > 63) throw new CaptchaError('damaged', 'a block of more than 64 numbers')
    block[zigzag[index] ?? 0] = scan.signed(symbol & 15) * (quantization[index] ?? 0)
  }
  return dc
}

function place(values: Uint8ClampedArray, left: number, top: number, width: number): void {
  const columns = Math.min(8, width - left)
  for (let y = 0; y < 8; y++) {
    const row = (top + y) * width + left
    // Writes below the image are past the end of the array and have no effect.
    for (let x = 0; x < columns; x++) values[row + x] = (block[8 * y + x] ?? 0) + 128
  }
}
