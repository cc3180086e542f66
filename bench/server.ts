import type { ChildProcess } from 'node:child_process'
import { endChild, startChild } from './child.ts'

export interface BenchedServer {
  child: ChildProcess
  origin: string
  pid: number
  /** From the start of the process to its first answer, in milliseconds. */
  startedIn: number
  close(): Promise<void>
}

export interface ServerOptions {
  main: string
  databaseUrl: string
  cores: string
  workers: number
}

/** Production settings throughout; only the budgets for guessing are lifted, as the operator's manual has it for load tests. */
const settings = {
  HOST: '127.0.0.1',
  PORT: '0',
  THROTTLE: 'off',
  LOG_LEVEL: 'info',
  NODE_ENV: 'production',
  SECRET: 'the benchmark has a secret of its own',
  TOKEN_TTL: '86400',
  SCHOOL: 'kingosoft',
  // Nobody registers here: no school needs to be there.
  SCHOOL_URL: 'http://127.0.0.1:9',
}

const patience = 20_000

export async function startServer({ main, databaseUrl, cores, workers }: ServerOptions): Promise<BenchedServer> {
  const begun = performance.now()
  const env = { ...settings, DATABASE_URL: databaseUrl, WORKERS: String(workers) }
  const child = startChild([main, 'serve'], { cores, env })
  let said = ''
  try {
    const origin = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the server did not listen in time: ${said}`)), patience)
      const listen = (text: Buffer) => {
        said = `${said}${text}`.slice(-4000)
        const address = /"address":"(http:[^"]+)"/.exec(said)?.[1]
        if (address === undefined) return
        clearTimeout(timer)
        resolve(address)
      }
      child.stdout?.on('data', listen)
      child.stderr?.on('data', listen)
      child.once('exit', () => reject(new Error(`the server ended: ${said}`)))
    })
    await fetch(`${origin}/healthz`)
    const startedIn = performance.now() - begun
    return { child, origin, pid: child.pid ?? 0, startedIn, close: () => endChild(child) }
  } catch (error) {
    await endChild(child)
    throw error
  }
}
