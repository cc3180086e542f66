import type { AddressInfo } from 'node:net'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { buildApp } from '../app.ts'
import type { Config } from '../config/config.ts'
import { apiBase } from '../http/links.ts'
import type { CaptchaReader } from '../identity/kingosoft/captcha-reader.ts'
import { systemClock } from '../shared/clock.ts'
import { type DemoStudent, freeDemoStudent } from './demo-student.ts'
import { openService } from './open-storage.ts'
import { openSchool, type SchoolBounds } from './school.ts'

export interface RunningService {
  /** Origin that it listens on. */
  address: string
  /** Somebody to register, where the school is simulated. */
  demoStudent: DemoStudent | undefined
  /** No other process used the database file when this one came. */
  alone: boolean
  close(): Promise<void>
}

/** What a worker is given by the first process, which has it once for all. */
export interface Shared {
  demoSchoolUrl: string | undefined
  /** Its siblings are no strangers to a worker. */
  alone: boolean
  metrics: () => Promise<string>
}

/** Starts the whole service; on a failure nothing is left behind. */
export async function serve(
  config: Config,
  logger: FastifyBaseLogger,
  readCaptcha: CaptchaReader,
  schoolBounds?: SchoolBounds,
  shared?: Shared,
): Promise<RunningService> {
  const closing: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    const { storage, keys, alone: first } = await openService(config, logger)
    closing.push(() => storage.close())
    const school = await openSchool({
      config,
      readCaptcha,
      logger,
      bounds: schoolBounds,
      demoUrl: shared?.demoSchoolUrl,
    })
    closing.push(() => school.close())
    const app = await buildApp({
      config,
      storage,
      clock: systemClock,
      keys,
      verifier: school.verifier,
      cas: school.cas,
      metrics: shared?.metrics ?? school.metrics,
      logger,
    })
    closing.push(() => app.close())
    const address = await listen(app, config)
    const alone = shared?.alone ?? first
    logger.info({ address, api: `${address}${apiBase}`, docs: `${address}/docs`, alone }, 'listening')
    const demoStudent = config.school === 'demo' ? await freeDemoStudent(storage, keys) : undefined
    return { address, demoStudent, alone, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function listen(app: FastifyInstance, { host, port, tls }: Config): Promise<string> {
  await app.listen({ host, port, listenTextResolver: (address) => `reachable at ${address}` })
  const { port: taken } = app.server.address() as AddressInfo
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${taken}`
}
