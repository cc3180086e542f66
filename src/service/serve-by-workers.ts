import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/config.ts'
import { lockShared } from '../storage/database-lock.ts'
import { openService } from './open-storage.ts'
import { startDemo } from './school.ts'
import type { RunningService } from './serve.ts'
import { startWorkers } from './workers.ts'

// They end by themselves in ten seconds.
const patience = 11_000

/** Sets up once for all, and lets `config.workers` processes serve. On a failure nothing is left behind. */
export async function serveByWorkers(config: Config, logger: FastifyBaseLogger): Promise<RunningService> {
  const settingUp = setUp(config, logger)
  const orders = settingUp.then(({ demoSchool, alone }) => ({ demoSchoolUrl: demoSchool?.url, alone }))
  const workers = startWorkers({ count: config.workers, orders, logger })
  const close = async (signal: NodeJS.Signals) => {
    await workers.end(signal, patience)
    await settingUp.then(
      async ({ demoSchool, lock }) => {
        await demoSchool?.close()
        lock?.release()
      },
      () => undefined,
    )
  }
  try {
    return { ...(await workers.up), close: () => close('SIGTERM') }
  } catch (error) {
    await close('SIGKILL')
    throw error
  }
}

/** What must not be done by several at once, or is to be had only once. The lock shows that the file is in use even while no worker lives. */
async function setUp(config: Config, logger: FastifyBaseLogger) {
  const { storage, alone } = await openService(config, logger)
  try {
    const lock = config.database.kind === 'sqlite' ? await lockShared(config.database.path) : undefined
    return { lock, alone, demoSchool: config.school === 'demo' ? await startDemo(logger) : undefined }
  } finally {
    await storage.close()
  }
}
