import type { CaptchaFigures } from './captcha-run.ts'
import { table } from './report.ts'

const MOST_NAMED = 20

export function captchaReport(figures: readonly CaptchaFigures[], threshold: number): string {
  const head = [
    'reader',
    'right',
    'wrong',
    'refused',
    `margin < ${threshold}`,
    'least',
    'median',
    'open ms',
    'first ms',
    'warm p50 ms',
    'p99 ms',
    'adds MiB',
  ]
  return [
    table(head, figures.map(lineOf)),
    '',
    'Open: the code is loaded, the profile or the model is not yet. First: the first image after that.',
    'Adds: the increase in resident memory from before the code is loaded until after the last image. All three are medians of all starts.',
    ...figures.filter(({ contestant }) => contestant === 'ours').flatMap(misreadings),
  ].join('\n')
}

function lineOf(figures: CaptchaFigures): string[] {
  const { contestant, images, right, misread, unreadable, refused, smallestMargin, medianMargin } = figures
  const { openedMs, firstMs, warmMs, addedBytes } = figures
  return [
    contestant,
    `${right} of ${images}`,
    String(misread.length),
    String(unreadable),
    refused === undefined ? '–' : String(refused),
    smallestMargin?.toFixed(3) ?? '–',
    medianMargin?.toFixed(3) ?? '–',
    openedMs.toFixed(1),
    firstMs.toFixed(1),
    warmMs.p50.toFixed(2),
    warmMs.p99.toFixed(2),
    (addedBytes / 2 ** 20).toFixed(1),
  ]
}

function misreadings({ misread }: CaptchaFigures): string[] {
  const named = misread.slice(0, MOST_NAMED).map(({ file, digits }) => `WRONG: ${file} reads ${digits}`)
  return misread.length > MOST_NAMED ? [...named, `… and ${misread.length - MOST_NAMED} more`] : named
}
