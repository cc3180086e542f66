import cluster from 'node:cluster'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import type { FastifyBaseLogger } from 'fastify'
import { pino, stdTimeFunctions } from 'pino'
import { prettyFactory } from 'pino-pretty'
import type { Config } from '../config/config.ts'
import { readConfig } from '../config/read-config.ts'
import { apiBase } from '../http/links.ts'
import type { DemoStudent } from '../server/demo-student.ts'
import { createLogDestination } from '../server/log-destination.ts'
import { loadCaptchaReader } from '../server/school/captcha-reader.ts'
import { gracePeriodMs, type RunningService, serve, startAnswering } from '../server/serve.ts'
import { serveByWorkers } from '../server/workers/serve-by-workers.ts'
import { connectToPrimary, shareOf } from '../server/workers/worker.ts'
import { explain } from './explain.ts'

/** A second signal within this time is a duplicate of the first: the terminal and npm both send it. */
const doubledMs = 1000
// Not process.stdout.fd: creating that stream changes the mode of a pipe that other processes share.
const stdoutFd = 1
/** Fields that are of no use to a person at a terminal. */
const ignore = 'pid,hostname'

/** Prepares the database and serves until a signal. A failure to start is reported in one line and by the exit code. */
export async function serveUntilSignal(env: NodeJS.ProcessEnv): Promise<void> {
  // The reader of standard error may be gone.
  process.stderr.on('error', () => undefined)
  try {
    const config = readConfig(env)
    const logger = createLogger(config.logLevel)
    if (cluster.isWorker) return await work(config, logger)
    const service = await (config.workers > 1 ? serveByWorkers : serveAlone)(config, logger)
    endOnSignal(service, logger)
    process.stderr.write(greeting(config, service))
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    process.exitCode = 1
  }
}

function serveAlone(config: Config, logger: FastifyBaseLogger): Promise<RunningService> {
  return serve(config, logger, loadCaptchaReader(config.schoolCaptchaProfile))
}

/** Runs a worker process. The primary prints the worker's start-up errors. */
async function work(config: Config, logger: FastifyBaseLogger): Promise<void> {
  // A terminal or systemd signals all processes of the service. The primary gets the signal too and ends the workers in order.
  process.on('SIGTERM', () => undefined).on('SIGINT', () => undefined)
  const primary = connectToPrimary()
  try {
    const { demoSchoolUrl, alone } = await primary.init
    const readCaptcha = loadCaptchaReader(config.schoolCaptchaProfile)
    const shared = { demoSchoolUrl, alone, metrics: primary.metrics, workerChannel: primary.channel }
    const answering = await startAnswering(shareOf(config), logger, readCaptcha, undefined, shared)
    primary.ready(answering, (finished) => endAfter(finished, logger))
  } catch (error) {
    await primary.failed(explain(error))
    process.exit(1)
  }
}

/** Logs JSON lines, or readable lines on a terminal. */
function createLogger(level: string): FastifyBaseLogger {
  const destination = createLogDestination(stdoutFd, (lines) =>
    logger.error({ lines }, 'log lines were lost while the log could not be written'),
  )
  const format = isatty(stdoutFd) ? prettyFactory({ colorize: true, singleLine: true, ignore }) : undefined
  const stream = format ? { write: (line: string) => destination.write(format(line)) } : destination
  const logger = pino(
    { level, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    stream,
  )
  process.on('exit', destination.finish)
  return logger
}

/** The first signal drains the service within the grace period. A second one ends the process at once. */
function endOnSignal(service: RunningService, logger: FastifyBaseLogger): void {
  let begun: number | undefined
  const end = (signal: NodeJS.Signals) => {
    if (begun !== undefined) {
      if (performance.now() - begun > doubledMs) process.exit(128 + constants.signals[signal])
      return
    }
    begun = performance.now()
    logger.info({ signal }, 'stopping: finishing the requests in flight')
    endAfter(service.close(), logger)
  }
  process.on('SIGTERM', end).on('SIGINT', end)
}

function endAfter(finished: Promise<void>, logger: FastifyBaseLogger): void {
  setTimeout(() => {
    logger.warn('grace period over: aborting the requests in flight')
    process.exit(0)
  }, gracePeriodMs).unref()
  finished.then(
    () => process.exit(0),
    (error: unknown) => {
      logger.error({ err: error }, 'some resources could not be closed')
      process.exit(1)
    },
  )
}

function greeting(config: Config, { address, demoStudent, alone }: RunningService): string {
  const lines = [
    '占领图书馆 · Occupy the Library',
    `  服务 · service:  ${address}${apiBase}`,
    `  文档 · API docs: ${address}/docs`,
  ]
  if (!alone) lines.push('  数据库 · database: 另有进程正在使用 · in use by another process, too')
  if (config.school === 'demo') {
    lines.push(
      '  学校 · school:   SCHOOL=demo，模拟学校，切勿用于生产 · simulated, not for production',
      ...(demoStudent ? invitation(demoStudent, `${config.tls ? '-k ' : ''}${address}${apiBase}`) : [everyoneIsHere]),
    )
  }
  return `${lines.join('\n')}\n`
}

const everyoneIsHere = '  试用学生 · demo student: 都已注册 · all of them have accounts'

function invitation({ username, studentNumber, schoolPassword }: DemoStudent, base: string): string[] {
  const body = { username, password: 'quiet-reading-room', stu_id: studentNumber, stu_pwd: schoolPassword }
  return [
    `  试用学生 · demo student: ${studentNumber} / ${schoolPassword}`,
    '  注册 · register:',
    `curl -sSw '\\n' ${base}/register -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`,
  ]
}
