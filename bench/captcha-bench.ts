import { parseArgs } from 'node:util'
import { ImageFilesError } from '../src/cli/captcha/captcha-files.ts'
import { defaultLimits } from '../src/schools/form-login/limits.ts'
import { loadCaptchaProfile } from '../src/server/school/captcha-reader.ts'
import { ProfileError } from '../src/tools/captcha/profile.ts'
import { captchaReport } from './captcha-report.ts'
import { type CaptchaFigures, labelledFiles, race, spread } from './captcha-run.ts'
import { hardware } from './report.ts'

const usage = `npm run captcha:bench -- FOLDER [options]
  FOLDER              JPEG files whose names begin with what they show: 0853.jpg, 0853-2.jpg
  --no-tesseract      the reader alone, not beside tesseract.js
  --tesseract-images N  at most, of the folder, as it takes its time                      (default 300)
  --profile FILE      another school's layout and font                                   (default KINGOSOFT's)
  --starts N          processes that the reader is measured in, one after the other      (default 9)
  --json              figures for programs
Exit codes: 0 the reader read every image right, 1 it did not, or the folder is none, 2 wrong usage.
`

const options = {
  tesseract: { type: 'boolean', default: true },
  'tesseract-images': { type: 'string', default: '300' },
  profile: { type: 'string' },
  starts: { type: 'string', default: '9' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

type Values = ReturnType<typeof parse>['values']

function parse() {
  const { values, positionals } = parseArgs({ options, allowPositionals: true, allowNegative: true })
  const counts = [values.starts, values['tesseract-images']]
  if (!values.help && positionals.length !== 1) throw new TypeError('one folder is needed')
  if (counts.some((count) => !/^[1-9]\d{0,5}$/.test(count))) throw new TypeError('must be a whole number of at least 1')
  return { values, folder: positionals[0] ?? '' }
}

try {
  const { values, folder } = parse()
  if (values.help) process.stdout.write(usage)
  else await bench(folder, values)
} catch (error) {
  if (error instanceof TypeError) process.stderr.write(`${error.message}\n\n${usage}`)
  else if (error instanceof Error && isForTheUser(error)) process.stderr.write(`${error.message}\n`)
  else throw error
  process.exitCode = error instanceof TypeError ? 2 : 1
}

function isForTheUser(error: NodeJS.ErrnoException): boolean {
  return error instanceof ImageFilesError || error instanceof ProfileError || error.code !== undefined
}

async function bench(folder: string, { tesseract, starts, profile, json, ...rest }: Values): Promise<void> {
  const files = labelledFiles(folder, loadCaptchaProfile(profile).cells.count)
  const few = spread(files, Number(rest['tesseract-images']))
  const threshold = defaultLimits.captchaMargin
  if (!json) process.stdout.write(`${hardware()}\n${files.length} labelled images\n\n`)
  const ours = await race({ contestant: 'ours', files, profile, warmUps: 1 }, Number(starts), threshold)
  const figures: CaptchaFigures[] = [ours]
  if (tesseract) {
    for (const contestant of ['tesseract.js, image as it is', 'tesseract.js, grey and doubled'] as const) {
      figures.push(await race({ contestant, files: few, warmUps: 0 }, 1, threshold))
    }
  }
  process.stdout.write(json ? `${JSON.stringify(figures, undefined, 2)}\n` : `${captchaReport(figures, threshold)}\n`)
  if (ours.right < ours.images) process.exitCode = 1
}
