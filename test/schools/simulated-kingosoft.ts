import type { CaptchaReader } from '../../src/schools/form-login/captcha-reader.ts'
import { drawCaptcha } from '../../src/tools/simulated-school/captcha/captcha-image.ts'
import { startSimulatedSchool } from '../../src/tools/simulated-school/simulated-school.ts'

type SchoolOptions = Parameters<typeof startSimulatedSchool>[0]

/** Parts of a JPEG file: the start, a comment of four characters, the end. */
const [start, comment, end] = [Buffer.of(0xff, 0xd8), Buffer.of(0xff, 0xfe, 0, 6), Buffer.of(0xff, 0xd9)]
let picture: Buffer | undefined

/**
 * The simulated school and a reader of its captchas without errors. Drawing and reading one takes far longer than the rest of a login:
 * here all are one image, and its digits are in a comment. Other tests cover the reading of real images.
 */
export async function startReadableSchool(options: SchoolOptions = {}) {
  const school = await startSimulatedSchool({ ...options, draw })
  return { school, readCaptcha }
}

function draw(digits: string, random: () => number, scribbled = false): Buffer {
  picture ??= drawCaptcha(digits, random)
  const written = scribbled ? '????' : digits
  return Buffer.concat([start, comment, Buffer.from(written), picture.subarray(start.length)])
}

const readCaptcha: CaptchaReader = (bytes) => {
  const image = Buffer.from(bytes)
  const at = start.length + comment.length
  const digits = image.toString('latin1', at, at + 4)
  const isWhole = image.subarray(start.length, at).equals(comment) && image.subarray(-end.length).equals(end)
  return isWhole && /^\d{4}$/.test(digits) ? { digits, margin: 1 } : undefined
}
