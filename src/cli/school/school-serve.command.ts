import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Fault } from '../../tools/simulated-school/faults/fault.ts'
import { FaultTextError, faultForms, parseFault } from '../../tools/simulated-school/faults/fault-text.ts'
import {
  type Dialect,
  demoStudents,
  dialects,
  type LogEntry,
  type SimulatedSchool,
  type SimulatedStudent,
  startSimulatedSchool,
} from '../../tools/simulated-school/simulated-school.ts'
import { parseStudents, StudentListError } from '../../tools/simulated-school/students/student-list.ts'

interface ServeOptions {
  port: number
  dialect: Dialect
  root: string
  students?: string
  fault?: Fault
  gbk?: true
  unlabelled?: true
  lockMinutes: number
  sessionRoute?: string
  balancer?: true
  tlsCert?: string
  tlsKey?: string
  quiet?: true
}

/** The `serve` subcommand: runs only the simulated school, on loopback, until SIGINT or SIGTERM. */
export function schoolServeCommand(): Command {
  const command = new Command('serve').description('run a simulated KINGOSOFT school on 127.0.0.1')
  command
    .option('--port <number>', 'port to listen on; 0 for any free port', wholeNumber(0, 65_535), 8080)
    .addOption(new Option('--dialect <name>', 'how logins are sent').choices(dialects).default('k3'))
    .option('--root <path>', "web root ('' for none)", webRoot, '/tscjw')
    .option('--students <file>', 'JSON list of {studentNumber, schoolPassword, name?, state?}')
    .option('--fault <fault>', 'initial fault: NAME[:PARAMETER][@STEP][,times=N]', fault)
    .option('--gbk', 'send pages and responses in GBK')
    .option('--unlabelled', 'omit the charset in Content-Type')
    .option(
      '--lock-minutes <number>',
      'minutes that an account is locked after five wrong passwords',
      wholeNumber(1, 1440),
      30,
    )
    .option('--session-route <name>', "append '.name' to each JSESSIONID, as sites behind a load balancer do", route)
    .option('--balancer', "set a load balancer's cookie in addition to JSESSIONID")
    .option('--tls-cert <file>', 'serve HTTPS: certificate (PEM)')
    .option('--tls-key <file>', 'serve HTTPS: key (PEM)')
    .option('--quiet', 'do not print requests')
  return command
    .addHelpText(
      'after',
      `\nFaults:\n${faultLines()}\n\nSIGINT and SIGTERM stop it. Exit codes: 0 stopped by a signal, 1 failed to start (with the reason).`,
    )
    .action((options: ServeOptions) => serve(options))
}

async function serve(options: ServeOptions): Promise<void> {
  try {
    const students = options.students === undefined ? demoStudents : readStudents(options.students)
    const school = await start(options, students)
    if (options.fault) school.setFault(options.fault)
    process.stdout.write(greeting(school, options, students))
    endBySignal(school)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`)
    process.exitCode = 1
  }
}

function start(options: ServeOptions, students: readonly SimulatedStudent[]): Promise<SimulatedSchool> {
  return startSimulatedSchool({
    students,
    dialect: options.dialect,
    webRoot: options.root,
    port: options.port,
    encoding: options.gbk ? 'gbk' : 'utf-8',
    labelled: !options.unlabelled,
    lockMs: options.lockMinutes * 60_000,
    sessionRoute: options.sessionRoute,
    balancerCookie: options.balancer,
    tls: readTls(options),
    control: true,
    onRequest: options.quiet ? undefined : printRequest,
  })
}

function readTls({ tlsCert, tlsKey }: ServeOptions): { cert: string; key: string } | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined) throw new Error('--tls-cert and --tls-key are required together')
  return { cert: readText(tlsCert), key: readText(tlsKey) }
}

function readStudents(file: string): SimulatedStudent[] {
  try {
    return parseStudents(readText(file))
  } catch (error) {
    if (error instanceof StudentListError) throw new Error(`${file}: ${error.message}`)
    throw error
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'error'
    throw new Error(`${file}: cannot be read (${reason})`)
  }
}

function endBySignal(school: SimulatedSchool): void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const end = () => {
    for (const signal of signals) process.off(signal, end)
    void school.close()
  }
  for (const signal of signals) process.once(signal, end)
}

function printRequest({ method, path, fault: struck }: LogEntry): void {
  process.stdout.write(`${new Date().toISOString()} ${method} ${path}${struck ? ` (${struck})` : ''}\n`)
}

/** Passwords from a file are never printed. Those of the demo students are public. */
function greeting(school: SimulatedSchool, options: ServeOptions, students: readonly SimulatedStudent[]): string {
  const { origin } = new URL(school.url)
  const lines = students.map(({ studentNumber, schoolPassword, state = 'active' }) => {
    const password = students === demoStudents ? `  password ${schoolPassword}` : ''
    return `  ${studentNumber}  ${state}${password}`
  })
  return `Simulated school (${options.dialect}) at ${school.url}
Nothing here is a real school. SCHOOL_URL=${school.url} makes it one for the service.

Students:
${lines.join('\n')}

Faults, on the fly (list: --help, docs/simulated-school.md):
  curl -X PUT ${origin}/__control/fault -d hang
  curl -X PUT ${origin}/__control/fault -d 'slow:2000@captcha,times=3'
  curl -X DELETE ${origin}/__control/fault
  curl ${origin}/__control

`
}

function faultLines(): string {
  return Object.entries(faultForms)
    .map(([name, { parameter, does }]) => `  ${(parameter ? `${name}[:${parameter}]` : name).padEnd(27)}${does}`)
    .join('\n')
}

function fault(text: string): Fault {
  try {
    return parseFault(text)
  } catch (error) {
    throw error instanceof FaultTextError ? new InvalidArgumentError(error.message) : error
  }
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`)
  }
}

function webRoot(text: string): string {
  if (text === '' || /^(\/[\w.~-]+)+\/?$/.test(text)) return text
  throw new InvalidArgumentError("expected a path such as '/tscjw', or ''")
}

function route(text: string): string {
  if (/^\w+$/.test(text)) return text
  throw new InvalidArgumentError('expected letters and digits')
}
