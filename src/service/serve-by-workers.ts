import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
import { openService } from './open-storage.ts'
import { startDemo } from './school.ts'
import type { RunningService } from './serve.ts'
import { startWorkers } from './workers.ts'

// They end by themselves in ten seconds.
const patience = 11_000

/** Sets up once for all, and lets `config.workers` processes serve. On a failure nothing is left behind. */
export async function serveByWorkers(config: Config, logger: FastifyBaseLogger): Promise<RunningService> {
  const settingUp = setUp(config, logger)
  const orders = settingUp.then(({ demoSchool }) => ({ demoSchoolUrl: demoSchool?.url }))
  const workers = startWorkers({ count: config.workers, orders, logger })
  const close = async (signal: NodeJS.Signals) => {
    await workers.end(signal, patience)
    await settingUp.then(
      ({ demoSchool }) => demoSchool?.close(),
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

/** What must not be done by several at once, or is to be had only once. */
async function setUp(config: Config, logger: FastifyBaseLogger) {
  const { storage } = await openService(config, logger)
  await storage.close()
  return { demoSchool: config.school === 'demo' ? await startDemo(logger) : undefined }
}
