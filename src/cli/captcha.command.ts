import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { CaptchaError } from '../captcha/captcha-error.ts'
import { ProfileError } from '../captcha/profile.ts'
import { createReader } from '../captcha/reader.ts'
import { loadCaptchaProfile } from '../service/captcha-reader.ts'
import { captchaLearnCommand } from './captcha-learn.command.ts'

interface Options {
  json?: true
  profile?: string
}

interface FileReading {
  file: string
  /** null where the image, or the file, could not be read. */
  digits: string | null
  margin: number | null
  ms: number
  error?: string
}

/** A school's captchas, read from files without asking any school. */
export function captchaCommand(): Command {
  return new Command('captcha')
    .description('read captcha images, each in a file of its own')
    .argument('<file...>', 'JPEG files')
    .option('--profile <file>', "another school's layout and font (default: KINGOSOFT's)")
    .option('--json', 'one JSON object a line: file, digits, margin, ms')
    .addHelpText(
      'after',
      '\nThe margin tells how far the second best digit lies behind, where it is nearest: 0 is a toss-up.' +
        '\nExit codes: 0 every image was read, 1 at least one was not, 2 wrong usage.',
    )
    .addCommand(captchaLearnCommand())
    .action((files: string[], options: Options) => readFiles(files, options))
}

function readFiles(files: string[], { json, profile }: Options): void {
  const read = openReader(profile)
  if (!read) return
  for (const file of files) {
    const reading = readFile(file, read)
    if (reading.digits === null) process.exitCode = 1
    process.stdout.write(`${json ? JSON.stringify(reading) : describe(reading)}\n`)
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

/** One bad file among thousands is a line of its own, and stops none of the others. */
function readFile(file: string, read: ReturnType<typeof createReader>): FileReading {
  const startedAt = performance.now()
  const elapsed = () => Math.round((performance.now() - startedAt) * 1000) / 1000
  try {
    const { digits, margin } = read(readFileSync(file))
    return { file, digits, margin: Math.round(margin * 1e4) / 1e4, ms: elapsed() }
  } catch (error) {
    return { file, digits: null, margin: null, ms: elapsed(), error: reasonOf(error) }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof CaptchaError) return `${error.fault}: ${error.message}`
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined) throw error
  return code
}

function describe({ file, digits, margin, ms, error }: FileReading): string {
  return `${file}: ${digits === null ? error : `${digits} (margin ${margin?.toFixed(3)})`}, ${ms.toFixed(1)} ms`
}
