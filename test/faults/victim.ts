import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const patience = 20_000

export interface Victim {
  origin: string
  /** From the start of the process until it says that it can serve, in milliseconds. */
  readyIn: number
  /** At once, with no chance to tidy up: all of its processes, or only the one that was started. */
  kill(whom: 'all' | 'first'): Promise<void>
}

export interface Place {
  folder: string
  databaseUrl: string
  port: number
  workers: number
}

/** The server as an operator starts it, in a process group of its own. */
export async function startVictim({ folder, databaseUrl, port, workers }: Place): Promise<Victim> {
  const origin = `http://127.0.0.1:${port}`
  const begun = performance.now()
  const { PATH = '' } = process.env
  const settings = { SCHOOL: 'demo', THROTTLE: 'off', LOG_LEVEL: 'error', SECRET: 'outlives every kill of this test' }
  const child = spawn(process.execPath, [main, 'serve'], {
    cwd: folder,
    env: { PATH, PORT: String(port), DATABASE_URL: databaseUrl, WORKERS: String(workers), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk))
  const kill = async (whom: 'all' | 'first') => {
    const closed = child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined
    signal(whom === 'all' ? -(child.pid ?? 0) : (child.pid ?? 0))
    await closed
  }
  try {
    await ready(origin, child)
    return { origin, readyIn: performance.now() - begun, kill }
  } catch (error) {
    await kill('all')
    throw new Error(`the server did not get ready:\n${said}`, { cause: error })
  }
}

async function ready(origin: string, child: ChildProcess): Promise<void> {
  for (const begun = performance.now(); performance.now() - begun < patience; await setTimeout(5)) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
    const answer = await fetch(`${origin}/readyz`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.status === 200) return
  }
  throw new Error('not in time')
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
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
