import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { apiBase } from '../src/http/links.ts'
import { usageOf } from './child.ts'
import type { DatabaseServer } from './databases.ts'
import { table } from './report.ts'
import { startServer } from './server.ts'
import { fetchWorld, seedWorld, type World } from './world.ts'

export interface IdleRun {
  /** Idle connections that were still open when the last measurement ended. */
  open: number
  residentBytes: { before: number; with: number }
  /** Latencies of an active student's requests without and with the idle connections, in milliseconds, sorted. */
  tookMs: { before: number[]; with: number[] }
}

const size = { students: 1000, records: 20_000 }
const asked = 1000
const pauseMs = 10
const openedAtOnce = 100
/** Connections are limited per address. */
const addresses = Array.from({ length: 8 }, (_, at) => `127.0.0.${2 + at}`)

/** Measures an active student's requests to one process that also has this many idle keep-alive connections. */
export async function runIdle(
  databases: DatabaseServer,
  { main, connections }: { main: string; connections: number },
): Promise<IdleRun> {
  const databaseUrl = await databases.create()
  await seedWorld(databaseUrl, size)
  const server = await startServer({ main, databaseUrl, cores: '0', workers: 1 })
  const idle = new Set<Socket>()
  const resident = () => usageOf(server.pid)?.residentBytes ?? 0
  try {
    const world = await fetchWorld(server.origin, size)
    const tookBefore = await liveStudent(server.origin, world)
    const before = resident()
    for (let opened = 0; opened < connections; opened += openedAtOnce)
      await Promise.all(Array.from({ length: openedAtOnce }, (_, at) => openIdle(server.origin, opened + at, idle)))
    const tookWith = await liveStudent(server.origin, world)
    return {
      open: idle.size,
      residentBytes: { before, with: resident() },
      tookMs: { before: tookBefore, with: tookWith },
    }
  } finally {
    for (const socket of idle) socket.destroy()
    await server.close()
  }
}

async function openIdle(origin: string, at: number, idle: Set<Socket>): Promise<void> {
  const { hostname, port } = new URL(origin)
  const localAddress = addresses[at % addresses.length] ?? ''
  const socket = connect({ host: hostname, port: Number(port), localAddress })
  socket.on('error', () => undefined).once('close', () => idle.delete(socket))
  await once(socket, 'connect')
  socket.write(`GET /healthz HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`)
  await once(socket, 'data')
  idle.add(socket)
}

/** Sends reads and writes alternately on one connection. */
async function liveStudent(origin: string, { users }: World): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers = { authorization: `Bearer ${users[0]?.token}` }
  const took: number[] = []
  for (let at = 0; at < asked; at++) {
    const [method, path] = at % 10 === 0 ? ['POST', '/studys/'] : ['GET', '/users/me/studys']
    const begun = performance.now()
    const sent = request(`${origin}${apiBase}${path}`, { method, headers, agent }).end()
    const [response] = await once(sent, 'response')
    if (response.statusCode > 201) throw new Error(`a student got status ${response.statusCode}`)
    await once(response.resume(), 'end')
    took.push(performance.now() - begun)
    await setTimeout(pauseMs)
  }
  agent.destroy()
  return took.sort((a, b) => a - b)
}

export function idleReport({ open, residentBytes, tookMs }: IdleRun): string {
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1)
  const at = (took: number[], share: number) => (took[Math.floor(took.length * share)] ?? 0).toFixed(1)
  const { before, with: beside } = tookMs
  return table(
    ['idle connections', 'MiB', 'median ms', 'p99 ms', 'worst ms'],
    [
      ['0', mebibytes(residentBytes.before), at(before, 0.5), at(before, 0.99), (before.at(-1) ?? 0).toFixed(1)],
      [
        ...[String(open), mebibytes(residentBytes.with), at(beside, 0.5), at(beside, 0.99)],
        (beside.at(-1) ?? 0).toFixed(1),
      ],
    ],
  )
}
