import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../../config/config.ts'
import { lockShared } from '../../storage/sqlite/database-lock.ts'
import { type Listener, openListener } from '../listener.ts'
import { openService } from '../open-storage.ts'
import { startDemo } from '../school/school.ts'
import { gracePeriodMs, originOf, type RunningService, tellAddress } from '../serve.ts'
import { startWorkers } from './workers.ts'

// Workers end by themselves within `gracePeriodMs`.
const patience = gracePeriodMs + 1000

/** Sets up once for all workers, then serves with `config.workers` processes. Leaves nothing behind on a failure. */
export async function serveByWorkers(config: Config, logger: FastifyBaseLogger): Promise<RunningService> {
  const settingUp = setUp(config, logger)
  const init = settingUp.then(({ demoSchool, alone }) => ({ demoSchoolUrl: demoSchool?.url, alone }))
  const workers = startWorkers({ count: config.workers, init, logger })
  let listener: Listener | undefined
  const close = async (patience: number) => {
    await listener?.stop(workers)
    await workers.finish(patience)
    await settingUp.then(
      async ({ demoSchool, lock }) => {
        await demoSchool?.close()
        lock?.release()
      },
      () => undefined,
    )
  }
  try {
    const { demoStudent, alone } = await workers.up
    listener = await openListener({ ...config, passedOn: true }, workers.take)
    const address = originOf(config, listener.address)
    tellAddress(logger, config, address, alone)
    return { address, demoStudent, alone, close: () => close(patience) }
  } catch (error) {
    await close(0)
    throw error
  }
}

/** Setup that only one process may do, and its shared results. The lock shows that the file is in use even while no worker runs. */
async function setUp(config: Config, logger: FastifyBaseLogger) {
  const { storage, alone } = await openService(config, logger)
  try {
    const lock = config.database.kind === 'sqlite' ? await lockShared(config.database.path) : undefined
    return { lock, alone, demoSchool: config.school === 'demo' ? await startDemo(logger) : undefined }
  } finally {
    await storage.close()
  }
}
