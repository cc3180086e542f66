import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { endChild, startChild } from './child.ts'

export interface BenchedServer {
  origin: string
  pid: number
  /** The time from the start of the process to its first response, in milliseconds. */
  startedIn: number
  close(): Promise<void>
}

export interface ServerOptions {
  main: string
  databaseUrl: string
  cores: string
  workers: number
  /** Settings in addition to the benchmark's. */
  settings?: Record<string, string>
}

export const benchSecret = 'the benchmark has a secret of its own'

/** Production settings, except that the rate limits are off, as the operator's manual recommends for load tests. */
const settings = {
  HOST: '127.0.0.1',
  PORT: '0',
  THROTTLE: 'off',
  LOG_LEVEL: 'info',
  NODE_ENV: 'production',
  SECRET: benchSecret,
  TOKEN_TTL: '86400',
  SCHOOL: 'kingosoft',
  // Nobody registers, so no school has to exist.
  SCHOOL_URL: 'http://127.0.0.1:9',
}

const patience = 20_000
const look = 2

export async function startServer({
  main,
  databaseUrl,
  cores,
  workers,
  settings: more,
}: ServerOptions): Promise<BenchedServer> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-bench-log-'))
  // A file, as under a service manager. This process would have to read a pipe, which would slow the server down.
  const log = join(folder, 'log')
  const begun = performance.now()
  const env = { ...settings, ...more, DATABASE_URL: databaseUrl, WORKERS: String(workers) }
  const child = startChild([startScriptOf(main), 'serve'], { cores, env, log })
  const close = async () => {
    await endChild(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const origin = await listeningAt(child, log)
    await fetch(`${origin}/healthz`)
    return { origin, pid: child.pid ?? 0, startedIn: performance.now() - begun, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The script that `npm start` runs, in the same checkout. */
function startScriptOf(main: string): string {
  return join(dirname(main), '..', 'scripts', 'run.mjs')
}

async function listeningAt(child: ChildProcess, log: string): Promise<string> {
  for (const begun = performance.now(); performance.now() - begun < patience; ) {
    const said = await readFile(log, 'utf8')
    const address = /"address":"(http:[^"]+)"/.exec(said)?.[1]
    if (address !== undefined) return address
    if (child.exitCode !== null) throw new Error(`the server ended: ${said.slice(-2000)}`)
    await setTimeout(look)
  }
  throw new Error('the server did not listen in time')
}
