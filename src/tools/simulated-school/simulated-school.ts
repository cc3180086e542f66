import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Campus, Seen } from './campus.ts'
import { drawCaptcha } from './captcha/captcha-image.ts'
import type { Dialect } from './dialect.ts'
import { type Fault, FaultSwitch } from './faults/fault.ts'
import type { LogEntry } from './log-entry.ts'
import { createRequestHandler } from './request-handler.ts'
import { SessionStore } from './session.ts'
import { demoStudents, type SimulatedStudent } from './students/student.ts'
import { StudentRegister } from './students/student-register.ts'

export { type Dialect, dialects } from './dialect.ts'
export type { Fault, FaultStep } from './faults/fault.ts'
export type { LogEntry } from './log-entry.ts'
export { demoStudents, type SimulatedStudent } from './students/student.ts'

// Not `import`, which reads every export: reading `WebSocket` loads all of Node's built-in undici, a fifteenth of the start-up time.
const http = process.getBuiltinModule('node:http')
const https = process.getBuiltinModule('node:https')

export interface SimulatedSchoolOptions {
  /** Default: `demoStudents`. */
  students?: readonly SimulatedStudent[]
  /** Default `k1`. */
  dialect?: Dialect
  /** Default `/tscjw`. May be empty. */
  webRoot?: string
  /** Default `127.0.0.1`. */
  host?: string
  /** Default 0, which means any free port. */
  port?: number
  random?: () => number
  /** Draws the captchas. Default `drawCaptcha`. */
  draw?: typeof drawCaptcha
  now?: () => number
  tls?: { cert: string; key: string }
  encoding?: 'utf-8' | 'gbk'
  /** Whether responses declare their charset in `Content-Type`. Default true. */
  labelled?: boolean
  /** How long an account is locked after five wrong passwords. Default 30 minutes. */
  lockMs?: number
  /** The load balancer's route at the end of each session id (`kingo`). Default none. */
  sessionRoute?: string
  /** Whether to set a load balancer's cookie in addition to the session cookie. Default false. */
  balancerCookie?: boolean
  /** Enables `/__control`, which changes faults and students at run time. Default false. */
  control?: boolean
  onRequest?: (entry: LogEntry) => void
}

export interface SimulatedSchool {
  /** Base address including the web root, suitable for `SCHOOL_URL`. */
  url: string
  setFault(fault: Fault | undefined): void
  readonly seen: Readonly<Seen>
  /** The latest requests, oldest first. They have no queries and bodies, and so no passwords or digests. */
  readonly requests: readonly LogEntry[]
  addStudent(student: SimulatedStudent): void
  /** Also closes open sockets. */
  close(): Promise<void>
}

export async function startSimulatedSchool(options: SimulatedSchoolOptions = {}): Promise<SimulatedSchool> {
  const campus = campusOf(options)
  const faults = new FaultSwitch()
  const sessions = new SessionStore({
    random: campus.random,
    webRoot: campus.webRoot,
    route: options.sessionRoute ?? '',
    balancerCookie: options.balancerCookie ?? false,
  })
  const requests: LogEntry[] = []
  const handler = createRequestHandler({
    campus,
    faults,
    sessions,
    requests,
    control: options.control ?? false,
    onRequest: options.onRequest,
  })
  const server = options.tls ? https.createServer(options.tls, handler) : http.createServer(handler)
  const { host = '127.0.0.1', port = 0 } = options
  const origin = `${options.tls ? 'https' : 'http'}://${host}:${await listen(server, host, port)}`
  return {
    url: origin + campus.webRoot,
    setFault: (fault) => faults.set(fault),
    seen: campus.seen,
    requests,
    addStudent: (student) => campus.register.add(student),
    close: () => close(server),
  }
}

function campusOf(options: SimulatedSchoolOptions): Campus {
  const { students = demoStudents, lockMs = 30 * 60_000, now = Date.now } = options
  return {
    dialect: options.dialect ?? 'k1',
    webRoot: (options.webRoot ?? '/tscjw').replace(/\/+$/, ''),
    register: new StudentRegister({ students, lockMs, now }),
    wording: { charset: options.encoding ?? 'utf-8', labelled: options.labelled ?? true },
    random: options.random ?? Math.random,
    draw: options.draw ?? drawCaptcha,
    now,
    seen: { logins: 0, captchas: 0, wrongPasswords: 0, refusedCaptchas: 0, logons: 0, mostAtOnce: 0 },
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
