import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

export interface Answer {
  /** Undefined if the contestant refuses the image. */
  digits?: string
  margin?: number
}

interface Contestant {
  read(image: Uint8Array): Answer | Promise<Answer>
  close?(): Promise<unknown>
}

/** Loads the contestant's code. The returned function opens the reader: profile and templates, or model and worker. */
export type Loading = (profile?: string) => Promise<() => Contestant | Promise<Contestant>>

async function loadOurs(profile?: string) {
  // As in `occupy captcha`. The service reads captchas too rarely for the code to be optimised.
  setFlagsFromString('--no-turbofan')
  const { CaptchaError } = await import('../src/tools/captcha/captcha-error.ts')
  const { createReader } = await import('../src/tools/captcha/reader.ts')
  const { loadCaptchaProfile } = await import('../src/server/school/captcha-reader.ts')
  return (): Contestant => {
    const readOrThrow = createReader(loadCaptchaProfile(profile))
    const read = (image: Uint8Array): Answer => {
      try {
        return readOrThrow(image)
      } catch (error) {
        if (error instanceof CaptchaError) return {}
        throw error
      }
    }
    return { read }
  }
}

/** Uses the best model and expects one line of digits. The model is in the package, so nothing is downloaded or cached. */
async function loadTesseract(prepare: (image: Uint8Array) => Uint8Array) {
  const { createWorker, OEM, PSM } = await import('tesseract.js')
  const models = dirname(fileURLToPath(import.meta.resolve('@tesseract.js-data/eng/package.json')))
  return async (): Promise<Contestant> => {
    const langPath = join(models, '4.0.0_best_int')
    // Without an error handler, a worker that refuses an image ends the process.
    const errorHandler = () => undefined
    const worker = await createWorker('eng', OEM.LSTM_ONLY, { langPath, cacheMethod: 'none', errorHandler })
    await worker.setParameters({ tessedit_char_whitelist: '0123456789', tessedit_pageseg_mode: PSM.SINGLE_LINE })
    const read = async (image: Uint8Array): Promise<Answer> => {
      try {
        const { data } = await worker.recognize(Buffer.from(prepare(image)))
        return { digits: data.text.replace(/\s/g, '') }
      } catch {
        return {}
      }
    }
    return { read, close: () => worker.terminate() }
  }
}

/** Converts to grey, removes the frame and doubles the size. This helps a general engine most. */
async function loadDoubling() {
  const { decodeLuminance } = await import('../src/tools/captcha/luminance.ts')
  return (image: Uint8Array): Uint8Array => {
    const frame = 2
    const { width, height, values } = decodeLuminance(image)
    const [across, down] = [2 * (width - 2 * frame), 2 * (height - 2 * frame)]
    const pixels = Uint8Array.from({ length: across * down }, (_, at) => {
      const [x, y] = [frame + ((at % across) >> 1), frame + (Math.floor(at / across) >> 1)]
      return values[y * width + x] ?? 0
    })
    return Buffer.concat([Buffer.from(`P5 ${across} ${down} 255\n`), pixels])
  }
}

export const contestants = {
  ours: loadOurs,
  'tesseract.js, image as it is': () => loadTesseract((image) => image),
  'tesseract.js, grey and doubled': async () => loadTesseract(await loadDoubling()),
} satisfies Record<string, Loading>

export type ContestantName = keyof typeof contestants
