import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { AccountId } from '../src/accounts/account.ts'
import { createTokens } from '../src/authentication/token.ts'
import { apiBase } from '../src/http/links.ts'
import { deriveKeys } from '../src/keys.ts'
import { usageOf } from './child.ts'
import type { DatabaseServer } from './databases.ts'
import { table } from './report.ts'
import { benchSecret, startServer } from './server.ts'
import { fetchWorld, seedWorld, type World } from './world.ts'

export interface LiveRun {
  listeners: number
  /** The memory of the server without and with the listeners. */
  residentBytes: { before: number; with: number }
  /** The time from the response to a start until the last listener has its event, in milliseconds, sorted. */
  lastEventMs: number[]
  /** The processor time of sending one start to all listeners, in milliseconds. */
  cpuMsPerEvent: number
}

const size = { students: 1000, records: 20_000 }
const starts = 20
/** Each account may have eight streams. */
const perAccount = 4
const settleMs = 5000

/** Connects this many listeners to one process, each on its own connection, while a few students start. */
export async function runLive(
  databases: DatabaseServer,
  { main, listeners: count }: { main: string; listeners: number },
): Promise<LiveRun> {
  const databaseUrl = await databases.create()
  await seedWorld(databaseUrl, size)
  const server = await startServer({ main, databaseUrl, cores: '0', workers: 1 })
  const listeners: Listener[] = []
  try {
    const world = await fetchWorld(server.origin, size)
    // Memory that any load would use is not counted for the listeners.
    for (let at = 0; at < 2000; at++) await ask(server.origin, world, 'GET', '/live')
    await setTimeout(settleMs)
    const before = resident(server.pid)
    for (let at = 0; at < count; at++) listeners.push(await listen(server.origin, 1 + Math.floor(at / perAccount)))
    await setTimeout(settleMs)
    const withThem = resident(server.pid)
    const cpuBefore = usageOf(server.pid)?.cpuSeconds ?? 0
    const lastEventMs: number[] = []
    for (let at = 0; at < starts; at++) {
      const received = listeners.map((listener) => listener.nextStart())
      const username = await ask(server.origin, world, 'POST', '/studys/', at)
      const begun = performance.now()
      if (username !== 201) throw new Error(`a start returned ${username}`)
      await Promise.all(received)
      lastEventMs.push(performance.now() - begun)
    }
    const cpuSeconds = (usageOf(server.pid)?.cpuSeconds ?? 0) - cpuBefore
    return {
      listeners: count,
      residentBytes: { before, with: Math.max(withThem, resident(server.pid)) },
      lastEventMs: lastEventMs.sort((a, b) => a - b),
      cpuMsPerEvent: (cpuSeconds * 1000) / starts,
    }
  } finally {
    for (const { close } of listeners) close()
    await server.close()
  }
}

function resident(pid: number): number {
  const usage = usageOf(pid)
  if (usage === undefined) throw new Error('the memory of a process cannot be read on this system')
  return usage.residentBytes
}

async function ask(origin: string, { users }: World, method: string, path: string, at = 0): Promise<number> {
  const authorization = `Bearer ${users[at % users.length]?.token}`
  const answer = await fetch(`${origin}${apiBase}${path}`, { method, headers: { authorization } })
  await answer.arrayBuffer()
  return answer.status
}

type Listener = Awaited<ReturnType<typeof listen>>

const tokens = createTokens(deriveKeys(benchSecret).token, 86_400)

async function listen(origin: string, account: number) {
  const token = tokens.issue({ accountId: account as AccountId, version: 1 }, Math.floor(Date.now() / 1000))
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` }
  const request = get(`${origin}${apiBase}/live`, { agent: false, headers })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) throw new Error(`a listener got status ${response.statusCode}`)
  let onStart = () => undefined as unknown
  // Events are far smaller than one read.
  response.on('data', (bytes: Buffer) => bytes.includes('event: start') && onStart())
  response.on('error', () => undefined)
  return {
    nextStart: () =>
      new Promise<void>((resolve) => {
        onStart = resolve
      }),
    close: () => request.destroy(),
  }
}

export function liveReport({ listeners, residentBytes, lastEventMs, cpuMsPerEvent }: LiveRun): string {
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1)
  return table(
    ['listeners', 'MiB before', 'MiB more', 'last event, median ms', 'worst', 'processor ms per event'],
    [
      [
        String(listeners),
        mebibytes(residentBytes.before),
        mebibytes(residentBytes.with - residentBytes.before),
        (lastEventMs[Math.floor(lastEventMs.length / 2)] ?? 0).toFixed(0),
        (lastEventMs.at(-1) ?? 0).toFixed(0),
        cpuMsPerEvent.toFixed(1),
      ],
    ],
  )
}
