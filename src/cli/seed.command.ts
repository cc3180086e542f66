import { statSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { dummyHash, hashPassword } from '../authentication/passwords/password-hash.ts'
import type { Config } from '../config/config.ts'
import { readConfig } from '../config/read-config.ts'
import { createDerivedData } from '../derived-data.ts'
import { systemClock } from '../shared/clock.ts'
import { countAccounts } from '../statistics/daily-totals/totals-state.repository.ts'
import { rebuildTotals } from '../statistics/maintenance/rebuild.service.ts'
import { openTarget } from '../tools/database-copy/open-target.ts'
import { openSeedStore } from '../tools/seed/open-seed-store.ts'
import { type PlanRequest, startOfDay } from '../tools/seed/plan.ts'
import { NotEmptyError, seedDatabase } from '../tools/seed/seed.service.ts'
import { explain } from './explain.ts'
import { showProgress, untilInterrupted } from './progress.ts'

interface SeedCommandOptions {
  students: number
  records: number
  seed: number
  from?: Temporal.PlainDate
  to?: Temporal.PlainDate
  database?: string
  password?: string
}

export function seedCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('seed')
    .description('fill an empty database with sample data; the same options give the same data')
    .option('--students <number>', 'accounts, named student00001 and so on', wholeNumber(1, 10_000_000), 20_000)
    .option('--records <number>', 'study records', wholeNumber(0, 1_000_000_000), 1_000_000)
    .option('--seed <number>', 'seed of the random numbers', wholeNumber(0, Number.MAX_SAFE_INTEGER), 7)
    .option('--from <date>', 'first day, as 2025-09-01 (default: three years before the last)', date)
    .option('--to <date>', 'day after the last one (default: today)', date)
    .option('--database <url>', 'overrides DATABASE_URL')
    .option('--password <text>', 'password of all accounts (default: none can log in)')
    .addHelpText(
      'after',
      `
The campus has terms, exam weeks and holidays, busy evenings and quiet noons. Each student has a few subjects and some
notes; the apps of half of them send heartbeats. One record in sixteen was reported afterwards, some were made longer,
some timers were forgotten, and two of a hundred students are studying at the end. One student in twelve is hidden
(only_me), one in eight is ranked anonymously, and two in five have a daily goal.

After Ctrl-C, run the command again with the same options to resume. Exit codes: 1 refused, 130 stopped.`,
    )
    .action(async (options: SeedCommandOptions) => {
      try {
        const config = readConfig(options.database === undefined ? env : { ...env, DATABASE_URL: options.database })
        const finished = await untilInterrupted((signal) => run(config, options, signal))
        if (!finished) process.stderr.write('已停止，再次运行可继续 · stopped; run the command again to resume\n')
      } catch (error) {
        process.stderr.write(`${explainRefusal(error)}\n`)
        process.exitCode = 1
      }
    })
}

async function run(config: Config, options: SeedCommandOptions, signal: AbortSignal): Promise<void> {
  const request = requestOf(config, options)
  const store = await openSeedStore(config.database)
  try {
    const passwordHash = options.password === undefined ? dummyHash() : await hashPassword(options.password)
    const progress = showProgress({ label: 'seed', total: request.records, unit: 'records' })
    await seedDatabase(store, { request, now: systemClock.now(), passwordHash, signal, onProgress: progress.update })
    progress.finish()
  } finally {
    await store.close()
  }
  await buildTotals(config, signal)
  if (config.database.kind === 'sqlite') {
    const megabytes = Math.round(statSync(config.database.path).size / 2 ** 20)
    process.stderr.write(`${config.database.path}: ${megabytes} MiB\n`)
  }
}

/** The seeding writes rows directly. A service would compute their totals too, but only after its start. */
async function buildTotals(config: Config, signal: AbortSignal): Promise<void> {
  const storage = await openTarget(config.database)
  try {
    const { totals } = createDerivedData(config)
    const progress = showProgress({ label: 'totals', total: await countAccounts(storage.db), unit: 'accounts' })
    await rebuildTotals(storage, totals, { signal, onlyStale: true, onProgress: progress.update })
    progress.finish()
  } finally {
    await storage.close()
  }
}

/** @throws Error for dates in the future or in the wrong order */
function requestOf(
  { timezone, studyMaxHours }: Config,
  { students, records, seed, from, to }: SeedCommandOptions,
): PlanRequest {
  const request: PlanRequest = { students, records, seed, timezone, limit: Math.round(studyMaxHours * 3600) }
  if (from) request.from = startOfDay(from, timezone)
  if (to) request.until = startOfDay(to, timezone)
  const now = systemClock.now()
  if ((request.until ?? now) > now) throw new Error('--to is in the future')
  if ((request.from ?? 0) >= (request.until ?? now)) throw new Error('--from is not before --to')
  return request
}

function explainRefusal(error: unknown): string {
  if (error instanceof NotEmptyError)
    return `数据库不为空 · DATABASE_URL: seeding requires an empty database: ${error.message}`
  return explain(error)
}

function date(text: string): Temporal.PlainDate {
  try {
    return Temporal.PlainDate.from(text)
  } catch {
    throw new InvalidArgumentError('expected a date such as 2025-09-01.')
  }
}

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`)
    return value
  }
}
