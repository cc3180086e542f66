import { fork } from 'node:child_process'
import { join } from 'node:path'
import { ImageFilesError, imagesIn, labelOf } from '../src/cli/captcha/captcha-files.ts'
import type { CaptchaJob, CaptchaResult } from './captcha-child.ts'
import type { ContestantName } from './captcha-contestants.ts'

/** @throws ImageFilesError for a folder without images, or with an image whose name does not start with its label */
export function labelledFiles(folder: string, symbols: number): string[] {
  const files = imagesIn(folder)
  const unlabelled = files.filter((file) => labelOf(file).length !== symbols)
  if (unlabelled.length > 0) {
    throw new ImageFilesError(
      `${unlabelled.length} of ${files.length} files have names that do not begin with the ${symbols} symbols they show: ${unlabelled[0]}`,
    )
  }
  return files
}

/** At most `most` elements, evenly spread over the list. */
export function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list]
  return Array.from({ length: most }, (_, index) => list[Math.floor((index * list.length) / most)] as T)
}

export interface CaptchaFigures {
  contestant: ContestantName
  images: number
  right: number
  unreadable: number
  /** Readings below the margin that a login accepts. Undefined if the contestant reports no margin. */
  refused: number | undefined
  smallestMargin: number | undefined
  medianMargin: number | undefined
  /** The next three are medians of several starts. */
  openedMs: number
  firstMs: number
  addedBytes: number
  warmMs: { p50: number; p99: number }
  misread: { file: string; digits: string }[]
}

/** Measures a contestant in `starts` separate processes, one after the other. */
export async function race(job: CaptchaJob, starts: number, threshold: number): Promise<CaptchaFigures> {
  const results: CaptchaResult[] = []
  for (let start = 0; start < starts; start++) results.push(await measured(job))
  return figuresOf(job, results, threshold)
}

function measured(job: CaptchaJob): Promise<CaptchaResult> {
  const child = fork(join(import.meta.dirname, 'captcha-child.ts'), { serialization: 'advanced' })
  child.send(job)
  return new Promise((resolve, reject) => {
    child.once('message', (result) => {
      child.removeAllListeners('exit').once('exit', () => resolve(result as CaptchaResult))
      child.disconnect()
    })
    child.once('exit', (code) => reject(new Error(`the process that measures ${job.contestant} ended with ${code}`)))
  })
}

export function figuresOf(
  { contestant, files }: CaptchaJob,
  results: CaptchaResult[],
  threshold: number,
): CaptchaFigures {
  const answers = results[0]?.answers ?? []
  const margins = answers.flatMap(({ margin }) => margin ?? [])
  const hasMargins = margins.length > 0
  const misread = answers.flatMap(({ digits }, index) => {
    const file = files[index] ?? ''
    return digits === undefined || digits === labelOf(file) ? [] : [{ file, digits }]
  })
  const unreadable = answers.filter(({ digits }) => digits === undefined).length
  const warm = results.flatMap(({ warmMs }) => warmMs)
  return {
    contestant,
    images: answers.length,
    right: answers.length - misread.length - unreadable,
    unreadable,
    refused: hasMargins ? margins.filter((margin) => margin < threshold).length : undefined,
    smallestMargin: hasMargins ? quantile(margins, 0) : undefined,
    medianMargin: hasMargins ? quantile(margins, 0.5) : undefined,
    openedMs: medianOf(results, 'openedMs'),
    firstMs: medianOf(results, 'firstMs'),
    addedBytes: medianOf(results, 'addedBytes'),
    warmMs: { p50: quantile(warm, 0.5), p99: quantile(warm, 0.99) },
    misread,
  }
}

function medianOf(results: CaptchaResult[], what: 'openedMs' | 'firstMs' | 'addedBytes'): number {
  return quantile(
    results.map((result) => result[what]),
    0.5,
  )
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
