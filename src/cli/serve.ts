import cluster from 'node:cluster'
import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import type { Config } from '../config/config.ts'
import { readConfig } from '../config/read-config.ts'
import { apiBase } from '../http/links.ts'
import { loadCaptchaReader } from '../service/captcha-reader.ts'
import type { DemoStudent } from '../service/demo-student.ts'
import { createLogDestination } from '../service/log-destination.ts'
import { type RunningService, serve } from '../service/serve.ts'
import { serveByWorkers } from '../service/serve-by-workers.ts'
import { reportToForeman, shareOf } from '../service/worker.ts'
import { explain } from './explain.ts'

const gracePeriod = 10_000
// Not process.stdout.fd: the stream behind it changes the mode of a pipe that others share.
const standardOutput = 1

/** Prepares the database and serves until a signal. Whatever keeps it from starting is one line, and the exit code. */
export async function serveUntilSignal(env: NodeJS.ProcessEnv): Promise<void> {
  // Nobody may be left to read the banner.
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

/** As one of several processes: what cannot be started is told by the first one. */
async function work(config: Config, logger: FastifyBaseLogger): Promise<void> {
  const foreman = reportToForeman()
  try {
    const { demoSchoolUrl, alone } = await foreman.orders
    const readCaptcha = loadCaptchaReader(config.schoolCaptchaProfile)
    const shared = { demoSchoolUrl, alone, metrics: foreman.metrics }
    const service = await serve(shareOf(config), logger, readCaptcha, undefined, shared)
    endOnSignal(service, logger)
    foreman.listening({ address: service.address, demoStudent: service.demoStudent, alone })
  } catch (error) {
    await foreman.failed(explain(error))
    process.exit(1)
  }
}

function createLogger(level: string): FastifyBaseLogger {
  const destination = createLogDestination(standardOutput, (lines) =>
    logger.error({ lines }, 'log lines were lost while the log could not be written'),
  )
  const logger = pino({ level }, destination)
  process.on('exit', destination.finish)
  return logger
}

function endOnSignal(service: RunningService, logger: FastifyBaseLogger): void {
  let ending = false
  const end = (signal: NodeJS.Signals) => {
    if (ending) return
    ending = true
    logger.info({ signal }, 'finishing what is in flight')
    setTimeout(() => process.exit(0), gracePeriod).unref()
    service.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'not everything could be closed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', end).on('SIGINT', end)
}

function greeting(config: Config, { address, demoStudent, alone }: RunningService): string {
  const lines = [
    '占领图书馆 · Occupy the Library',
    `  服务 · service:  ${address}${apiBase}`,
    `  文档 · API docs: ${address}/docs`,
  ]
  if (!alone) lines.push('  数据库 · database: 另有进程正在使用 · not alone: another process uses it too')
  if (config.school === 'demo') {
    lines.push(
      '  学校 · school:   SCHOOL=demo，模拟学校，切勿用于生产 · simulated, not for production',
      ...(demoStudent ? invitation(demoStudent, `${config.tls ? '-k ' : ''}${address}${apiBase}`) : [everyoneIsHere]),
    )
  }
  return `${lines.join('\n')}\n`
}

const everyoneIsHere = '  试用学生 · demo student: 都已注册 · every one of them has an account'

function invitation({ username, studentNumber, schoolPassword }: DemoStudent, base: string): string[] {
  const body = { username, password: 'quiet-reading-room', stu_id: studentNumber, stu_pwd: schoolPassword }
  return [
    `  试用学生 · demo student: ${studentNumber} / ${schoolPassword}`,
    '  注册 · register:',
    `curl -sSw '\\n' ${base}/register -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`,
  ]
}
