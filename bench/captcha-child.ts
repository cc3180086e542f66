// Measures one contestant in a separate process, so that nothing is warmed up and no other contestant's memory is counted.
import { enableCompileCache } from 'node:module'
import { type Answer, type ContestantName, contestants, type Loading } from './captcha-contestants.ts'

export interface CaptchaJob {
  contestant: ContestantName
  files: string[]
  profile?: string
  /** Rounds over all files before the measured round. */
  warmUps: number
}

export interface CaptchaResult {
  /** The time from the loaded code to a ready reader. */
  openedMs: number
  firstMs: number
  warmMs: number[]
  answers: Answer[]
  addedBytes: number
}

// As in src/main.ts. The service does not strip types at each start either.
enableCompileCache()

process.on('message', async (job: CaptchaJob) => {
  process.send?.(await measure(job))
})

async function measure({ contestant, files, profile, warmUps }: CaptchaJob): Promise<CaptchaResult> {
  const before = process.memoryUsage.rss()
  // Imported only now because it loads the decoder, whose code has to be counted.
  const { readImage } = await import('../src/cli/captcha/captcha-files.ts')
  const load: Loading = contestants[contestant]
  const open = await load(profile)
  const openedAt = performance.now()
  const { read, close } = await open()
  const openedMs = performance.now() - openedAt
  const answers: Answer[] = []
  const warmMs: number[] = []
  // Reads file by file: thousands of files in memory would cause garbage collection during the measurement.
  async function look(file: string): Promise<Answer> {
    const image = readImage(file)
    const startedAt = performance.now()
    const answer = await read(image)
    warmMs.push(performance.now() - startedAt)
    return answer
  }
  for (const file of files.slice(0, 1)) await look(file)
  const [firstMs = Number.NaN] = warmMs
  for (let round = 0; round < warmUps; round++) for (const file of files) await look(file)
  warmMs.length = 0
  for (const file of files) answers.push(await look(file))
  const addedBytes = process.memoryUsage.rss() - before
  await close?.()
  return { openedMs, firstMs, warmMs, answers, addedBytes }
}
