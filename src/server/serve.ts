import type { Socket } from 'node:net'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { buildApp } from '../app.ts'
import type { Config } from '../config/config.ts'
import { warnings } from '../config/conflicts.ts'
import { apiBase } from '../http/links.ts'
import { createWaitingRoom } from '../registration/waiting-room/waiting-room.service.ts'
import type { CaptchaReader } from '../schools/form-login/captcha-reader.ts'
import { queueFor } from '../schools/guarded-verifier.ts'
import { systemClock } from '../shared/clock.ts'
import type { MessageChannel } from '../storage/storage.ts'
import { version } from '../version.ts'
import { type DemoStudent, freeDemoStudent } from './demo-student.ts'
import { openListener } from './listener.ts'
import { openService } from './open-storage.ts'
import { openSchool, type SchoolBounds } from './school/school.ts'
import { lookAtSchool } from './school/school-look.ts'

export interface RunningService {
  /** The origin that it listens on. */
  address: string
  /** A student who can be registered, if the school is simulated. */
  demoStudent: DemoStudent | undefined
  /** Whether no other process used the database file at the start. */
  alone: boolean
  close(): Promise<void>
}

/** The service without its listener. It shuts down in three steps, see `Drain`. */
export interface Answering {
  demoStudent: DemoStudent | undefined
  alone: boolean
  take(socket: Socket): void
  begin(): void
  hold(): void
  /** Finishes what is in flight and closes everything. */
  finish(): Promise<void>
}

/** What the primary sets up once for all workers. */
export interface Shared {
  demoSchoolUrl: string | undefined
  /** The primary's own value, for which other workers do not count. */
  alone: boolean
  metrics: () => Promise<string>
  workerChannel: MessageChannel
}

/** Time from the start of the shutdown until the process exits, whatever is still in flight. */
export const gracePeriodMs = 10_000
/** Then waiting logins at the school, which have 20 s of their own, are refused. The rest of the grace period is for their responses. */
const schoolPatienceMs = 8500

/** Starts the whole service. Leaves nothing behind on a failure. */
export async function serve(
  config: Config,
  logger: FastifyBaseLogger,
  readCaptcha: CaptchaReader,
  schoolBounds?: SchoolBounds,
): Promise<RunningService> {
  const answering = await startAnswering(config, logger, readCaptcha, schoolBounds)
  try {
    const listener = await openListener(config, answering.take)
    const address = originOf(config, listener.address)
    tellAddress(logger, config, address, answering.alone)
    const close = async () => {
      await listener.stop(answering)
      await answering.finish()
    }
    return { address, demoStudent: answering.demoStudent, alone: answering.alone, close }
  } catch (error) {
    await answering.finish()
    throw error
  }
}

export function originOf({ tls }: Pick<Config, 'tls'>, address: string): string {
  return `${tls ? 'https' : 'http'}://${address}`
}

/** Writes the start line of the log. */
export function tellAddress(
  logger: Pick<FastifyBaseLogger, 'info' | 'warn'>,
  config: Config,
  address: string,
  alone: boolean,
): void {
  for (const warning of warnings(config)) logger.warn(warning)
  const { database, school, publicUrl } = config
  const links = { address, api: `${address}${apiBase}`, docs: `${address}/docs` }
  logger.info({ version, ...links, database: database.kind, school, publicUrl, alone }, 'listening')
}

/** Opens everything except a port. Leaves nothing behind on a failure. */
export async function startAnswering(
  config: Config,
  logger: FastifyBaseLogger,
  readCaptcha: CaptchaReader,
  bounds?: SchoolBounds,
  shared?: Shared,
): Promise<Answering> {
  const closing: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  const stopping = new AbortController()
  try {
    const { storage, keys, alone: first } = await openService(config, logger)
    closing.push(() => storage.close())
    const demoUrl = shared?.demoSchoolUrl
    const concurrency = config.schoolConcurrency
    const gateBounds = { concurrency, seats: bounds?.guard?.queueLength ?? queueFor(concurrency) }
    const gate = createWaitingRoom({ storage, key: keys.waitingPlace, bounds: gateBounds, logger })
    closing.push(() => gate.close())
    const school = await openSchool({ config, readCaptcha, logger, bounds, demoUrl, stopping: stopping.signal, gate })
    closing.push(() => school.close())
    const { verifier, cas } = school
    const metrics = shared?.metrics ?? school.metrics
    const { workerChannel } = shared ?? {}
    const app = await buildApp({
      ...{ config, storage, clock: systemClock, keys, verifier, cas, metrics, workerChannel, logger },
    })
    closing.push(() => app.close())
    await app.ready()
    if (config.school !== 'demo') lookAtSchool(school, logger)
    const alone = shared?.alone ?? first
    const demoStudent = config.school === 'demo' ? await freeDemoStudent(storage, keys) : undefined
    // Starts the periodic check for slow clients, and the background jobs.
    app.server.emit('listening')
    const take = (socket: Socket) => {
      // As on the connections that Node's own HTTP and TLS servers accept.
      socket.allowHalfOpen = config.tls === undefined
      app.accept(socket.setNoDelay(true))
    }
    return { demoStudent, alone, take, ...ending(app.drain, stopping, close) }
  } catch (error) {
    await close()
    throw error
  }
}

function ending(drain: FastifyInstance['drain'], stopping: AbortController, close: () => Promise<void>) {
  return {
    hold: drain.hold,
    begin: () => {
      drain.begin()
      setTimeout(() => stopping.abort(), schoolPatienceMs).unref()
    },
    finish: async () => {
      await drain.finish()
      await close()
    },
  }
}
