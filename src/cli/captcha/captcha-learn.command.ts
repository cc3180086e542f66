import { readFileSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { loadCaptchaProfile } from '../../server/school/captcha-reader.ts'
import { CaptchaError } from '../../tools/captcha/captcha-error.ts'
import { type LabelledImage, type Learned, learnProfile } from '../../tools/captcha/learn.ts'
import {
  type CaptchaProfile,
  type CellLayout,
  ProfileError,
  readProfile,
  writtenProfile,
} from '../../tools/captcha/profile.ts'
import { ImageFilesError, imagesIn, labelOf, otherFormat } from './captcha-files.ts'

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
      '\nA few dozen images are enough if each symbol appears in about five of them.' +
        '\nTo check the profile, each image is read with templates learned from the others.' +
        '\nA profile that reads less than half of them is not written.' +
        '\nExit codes: 0 all images were read correctly, 1 at least one was not or no profile was written, 2 invalid usage.',
    )
    .action((folder: string, options: LearnOptions) => learn(folder, options))
}

function learn(folder: string, { output, cells, ink, name }: LearnOptions): void {
  try {
    const known = loadCaptchaProfile()
    const layout = { cells: cells ?? known.cells, ink: ink ?? known.ink, name: name ?? basename(resolve(folder)) }
    const samples = labelledImages(folder)
    const source = `Learnt by "occupy captcha learn" from ${samples.length} labelled images`
    const learned = learnProfile(samples, { ...layout, source })
    if (isUseful(learned)) save(learned, output)
    process.stdout.write(`${verdict(learned, output)}\n`)
    for (const { name, digits } of learned.misread) process.stderr.write(`${name}: reads ${digits}\n`)
    if (learned.misread.length > 0) process.exitCode = 1
  } catch (error) {
    process.stderr.write(`${faultOf(error)}\n`)
    process.exitCode = 1
  }
}

function isUseful({ images, misread }: Learned): boolean {
  return misread.length <= images / 2
}

/** Writes the profile after checking that it can be read again. @throws ProfileError, file system errors */
function save({ profile }: Learned, output: string): void {
  const text = writtenProfile(profile)
  readProfile(text)
  writeFileSync(output, text, { flush: true })
}

function verdict(learned: Learned, output: string): string {
  const { profile, images, misread } = learned
  const symbols = profile.templates.map(({ symbol }) => symbol).join('')
  const counts = `${images - misread.length} of ${images} images read correctly with templates learned from the others; symbols ${symbols}`
  if (!isUseful(learned)) {
    return `unusable, not written: ${counts}. Check --cells, --ink and the labels: symbols may touch, move or vary too much`
  }
  if (misread.length === 0) return `good, written to ${output}: ${counts}`
  return `usable, written to ${output}: ${counts}. Check the labels of the images listed below, or add more images`
}

function labelledImages(folder: string): LabelledImage[] {
  return imagesIn(folder).map((file) => ({ name: file, label: labelOf(file), image: readJpeg(file) }))
}

function readJpeg(file: string): Uint8Array {
  const image = readFileSync(file)
  const type = otherFormat(image)
  if (type !== undefined) throw new ImageFilesError(`${file}: ${type}; only JPEG images can be read`)
  return image
}

function faultOf(error: unknown): string {
  if (error instanceof ProfileError || error instanceof ImageFilesError) return error.message
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
