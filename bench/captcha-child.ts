// Measures one contestant in a process of its own, where nothing is warm yet and no other's memory is counted.
import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { type Answer, type ContestantName, contestants, type Loading } from './captcha-contestants.ts'

export interface CaptchaJob {
  contestant: ContestantName
  files: string[]
  profile?: string
  /** Rounds over all files before the measured one. */
  warmUps: number
}

export interface CaptchaResult {
  /** From loaded code to a reader that is ready. */
  openedMs: number
  firstMs: number
  warmMs: number[]
  answers: Answer[]
  addedBytes: number
}

// As src/main.ts does: the service does not strip types at each start either.
enableCompileCache()

process.on('message', async (job: CaptchaJob) => {
  process.send?.(await measure(job))
})

async function measure({ contestant, files, profile, warmUps }: CaptchaJob): Promise<CaptchaResult> {
  const images = files.map((file) => readFileSync(file))
  const before = process.memoryUsage.rss()
  const load: Loading = contestants[contestant]
  const open = await load(profile)
  const openedAt = performance.now()
  const { read, close } = await open()
  const firstAt = performance.now()
  const [first] = images
  if (first) await read(first)
  const firstMs = performance.now() - firstAt
  for (let round = 0; round < warmUps; round++) for (const image of images) await read(image)
  const answers: Answer[] = []
  const warmMs: number[] = []
  for (const image of images) {
    const startedAt = performance.now()
    answers.push(await read(image))
    warmMs.push(performance.now() - startedAt)
  }
  const addedBytes = process.memoryUsage.rss() - before
  await close?.()
  return { openedMs: firstAt - openedAt, firstMs, warmMs, answers, addedBytes }
}
