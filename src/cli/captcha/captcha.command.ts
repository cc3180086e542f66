import { pipeline } from 'node:stream/promises'
import { setFlagsFromString } from 'node:v8'
import { Command } from 'commander'
import { loadCaptchaProfile } from '../../server/school/captcha-reader.ts'
import { CaptchaError } from '../../tools/captcha/captcha-error.ts'
import { ProfileError } from '../../tools/captcha/profile.ts'
import { createReader } from '../../tools/captcha/reader.ts'
import { ImageFilesError, imagesAt, otherFormat, readImage } from './captcha-files.ts'
import { captchaLearnCommand } from './captcha-learn.command.ts'

interface Options {
  json?: true
  profile?: string
}

interface FileReading {
  file: string
  /** null if the image or the file could not be read. */
  digits: string | null
  margin: number | null
  /** The reader's time, without reading the file. */
  ms: number
  error?: string
}

/** Reads captchas from files, without contacting a school. */
export function captchaCommand(): Command {
  return new Command('captcha')
    .description('read captcha images')
    .argument('<file...>', 'JPEG files or folders of JPEG files')
    .option('--profile <file>', "another school's layout and font (default: KINGOSOFT's)")
    .option('--json', 'one JSON object per line: file, digits, margin, ms')
    .addHelpText(
      'after',
      '\nThe margin is the smallest distance between the best and the second best digit: 0 is a guess.' +
        '\nFor thousands of files, name their folder: npm passes at most 128 KiB of arguments.' +
        '\nExit codes: 0 all images were read, 1 at least one was not, 2 invalid usage.',
    )
    .addCommand(captchaLearnCommand())
    .action((files: string[], options: Options) => readFiles(files, options))
}

async function readFiles(paths: string[], { json, profile }: Options): Promise<void> {
  // The optimising compiler would use 6 MiB to save a third of 0.1 ms per image.
  setFlagsFromString('--no-turbofan')
  const read = openReader(profile)
  if (!read) return
  try {
    await pipeline(readingsOf(paths, read, json ? JSON.stringify : describe), process.stdout, { end: false })
  } catch (error) {
    // The reader of the pipe closed it, as `head` does.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}

/** Yields lines on demand, so that memory use does not depend on the number of files. */
function* readingsOf(paths: string[], read: ReturnType<typeof createReader>, write: (reading: FileReading) => string) {
  for (const path of paths) {
    for (const reading of readingsAt(path, read)) {
      if (reading.digits === null) process.exitCode = 1
      yield `${write(reading)}\n`
    }
  }
}

function* readingsAt(path: string, read: ReturnType<typeof createReader>): Generator<FileReading> {
  try {
    for (const file of imagesAt(path)) yield readFile(file, read)
  } catch (error) {
    if (!(error instanceof ImageFilesError)) throw error
    yield { file: path, digits: null, margin: null, ms: 0, error: 'no image files in this folder' }
  }
}

function openReader(profile: string | undefined): ReturnType<typeof createReader> | undefined {
  try {
    return createReader(loadCaptchaProfile(profile))
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
    return undefined
  }
}

/** An unreadable file is reported in its own line and does not stop the others. */
function readFile(file: string, read: ReturnType<typeof createReader>): FileReading {
  let image: Uint8Array = new Uint8Array()
  let startedAt = performance.now()
  const elapsed = () => Math.round((performance.now() - startedAt) * 1000) / 1000
  try {
    image = readImage(file)
    startedAt = performance.now()
    const { digits, margin } = read(image)
    return { file, digits, margin: Math.round(margin * 1e4) / 1e4, ms: elapsed() }
  } catch (error) {
    return { file, digits: null, margin: null, ms: elapsed(), error: faultOf(error, image) }
  }
}

function faultOf(error: unknown, image: Uint8Array): string {
  if (error instanceof CaptchaError) return `${error.fault}: ${otherFormat(image) ?? error.message}`
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined) throw error
  return code
}

function describe({ file, digits, margin, ms, error }: FileReading): string {
  return `${file}: ${digits === null ? error : `${digits} (margin ${margin?.toFixed(3)})`}, ${ms.toFixed(1)} ms`
}
