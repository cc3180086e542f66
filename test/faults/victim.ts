import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { childEnvironment } from '../support/child-environment.ts'
import { until } from '../support/patience.ts'
import { main } from '../support/running-service.ts'

const longestStartMs = 20_000

export interface Victim {
  origin: string
  pid: number
  /** From the start of the process until it says that it can serve, in milliseconds. */
  readyIn: number
  /** Everything printed so far. */
  said(): string
  /** Ends all of its processes, or only the one that was started; SIGKILL gives them no chance to tidy up. */
  kill(whom: 'all' | 'first', signal?: NodeJS.Signals): Promise<void>
}

export interface Place {
  folder: string
  databaseUrl: string
  port: number
  workers: number
  /** Over those of every victim. */
  settings?: Record<string, string>
}

const ownSettings = {
  SCHOOL: 'demo',
  THROTTLE: 'off',
  LOG_LEVEL: 'error',
  SECRET: 'outlives every kill of this test',
  TOKEN_TTL: '86400',
}

/** The server as an operator starts it, in a process group of its own. `command` runs it, where something stands between. */
export async function startVictim(place: Place, command: readonly string[] = []): Promise<Victim> {
  const begun = performance.now()
  const { child, said } = spawnVictim(place, command)
  const pid = child.pid ?? 0
  const kill = async (whom: 'all' | 'first', name: NodeJS.Signals = 'SIGKILL') => {
    const closed = child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined
    signal(whom === 'all' ? -pid : pid, name)
    await closed
  }
  const origin = `http://127.0.0.1:${place.port}`
  try {
    await ready(origin, child)
    return { origin, pid, readyIn: performance.now() - begun, said, kill }
  } catch (error) {
    await kill('all')
    throw new Error(`the server did not get ready:\n${said()}`, { cause: error })
  }
}

function spawnVictim({ folder, databaseUrl, port, workers, settings = {} }: Place, command: readonly string[]) {
  const [program = '', ...words] = [...command, process.execPath, main, 'serve']
  const env = { ...childEnvironment, PORT: String(port), DATABASE_URL: databaseUrl, WORKERS: String(workers) }
  const child = spawn(program, words, {
    cwd: folder,
    env: { ...env, ...ownSettings, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk))
  return { child, said: () => text }
}

async function ready(origin: string, child: ChildProcess): Promise<void> {
  const isReady = async () => {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`it ended with ${child.signalCode ?? child.exitCode}`)
    const answer = await fetch(`${origin}/readyz`).catch(() => undefined)
    await answer?.body?.cancel()
    return answer?.status === 200
  }
  await until(isReady, 'the server is ready', { ms: longestStartMs, pauseMs: 20 })
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}
