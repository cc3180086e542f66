import { readFileSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { loadCaptchaProfile } from '../../server/captcha-reader.ts'
import { CaptchaError } from '../../tools/captcha/captcha-error.ts'
import { type LabelledImage, learnProfile } from '../../tools/captcha/learn.ts'
import {
  type CaptchaProfile,
  type CellLayout,
  ProfileError,
  readProfile,
  writtenProfile,
} from '../../tools/captcha/profile.ts'
import { jpegsIn, labelOf } from './captcha-files.ts'

interface LearnOptions {
  output: string
  cells?: CellLayout
  ink?: CaptchaProfile['ink']
  name?: string
}

export function captchaLearnCommand(): Command {
  return new Command('learn')
    .description("make a profile of another school's captchas from labelled images")
    .argument('<folder>', 'JPEG files whose names begin with the symbols they show: 0853.jpg, 0853-2.jpg')
    .requiredOption('--output <file>', 'where the profile is written, for SCHOOL_CAPTCHA_PROFILE')
    .option(
      '--cells <left,top,pitch,width,height,count>',
      "where the symbols stand, in pixels (default: KINGOSOFT's)",
      cellLayout,
    )
    .addOption(
      new Option('--ink <shade>', 'the symbols are darker or lighter than their ground').choices(['dark', 'light']),
    )
    .option('--name <name>', "the profile's name (default: the folder's)")
    .addHelpText(
      'after',
      '\nA few dozen images, each symbol in some five of them, will do. Each image is then read by what the others taught.' +
        '\nExit codes: 0 every image was read right, 1 at least one was not, or nothing could be learnt, 2 invalid usage.',
    )
    .action((folder: string, options: LearnOptions) => learn(folder, options))
}

function learn(folder: string, { output, cells, ink, name }: LearnOptions): void {
  try {
    const known = loadCaptchaProfile()
    const layout = { cells: cells ?? known.cells, ink: ink ?? known.ink, name: name ?? basename(resolve(folder)) }
    const samples = labelledImages(folder)
    const source = `Learnt by "occupy captcha learn" from ${samples.length} labelled images`
    const { profile, misread, images } = learnProfile(samples, { ...layout, source })
    const text = writtenProfile(profile)
    readProfile(text)
    writeFileSync(output, text, { flush: true })
    const symbols = profile.templates.map(({ symbol }) => symbol).join('')
    process.stdout.write(
      `${output}: symbols ${symbols}; ${images - misread.length} of ${images} images read correctly with templates learned from the others\n`,
    )
    for (const { name, digits } of misread) process.stderr.write(`${name}: reads ${digits}\n`)
    if (misread.length > 0) process.exitCode = 1
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`)
    process.exitCode = 1
  }
}

function labelledImages(folder: string): LabelledImage[] {
  return jpegsIn(folder).map((file) => ({ name: file, label: labelOf(file), image: readFileSync(file) }))
}

function reasonOf(error: unknown): string {
  if (error instanceof ProfileError) return error.message
  if (error instanceof CaptchaError) return `cannot be decoded: ${error.message}`
  if ((error as NodeJS.ErrnoException).code === undefined) throw error
  return (error as Error).message
}

function cellLayout(text: string): CellLayout {
  const numbers = text.split(',').map(Number)
  const [left = 0, top = 0, pitch = 0, width = 0, height = 0, count = 0] = numbers
  const isLayout =
    numbers.length === 6 && numbers.every((number) => Number.isInteger(number) && number >= 0 && number <= 1024)
  if (!isLayout || Math.min(pitch, width, height, count) < 1)
    throw new InvalidArgumentError('Expected six whole numbers.')
  return { left, top, pitch, width, height, count }
}
