import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { canPin, endChild, startChild, usageOf } from './child.ts'
import { ask } from './conversation.ts'
import type { DatabaseServer } from './databases.ts'
import { type Figures, type Measured, measure, prepare, takeSample, together } from './measure.ts'
import { type Row, rows } from './rows.ts'
import { type BenchedServer, startServer } from './server.ts'
import { fetchWorld, seedWorld, type World } from './world.ts'

export interface RunOptions {
  main: string
  workers: number
  connections: number
  /** Total load time per server and row, over all turns. */
  seconds: number
  rows: string | undefined
  signal: AbortSignal
  onStep: (done: number, total: number) => void
}

export interface BareRow {
  row: Row
  server: Figures
  bare: Figures
  ratio: number
  /** The same ratio with each rate divided by its processor time. Use it if the load generator was the bottleneck, not the server. */
  ratioByProcessor: number | undefined
  faults: string[]
  flooded: Record<string, number>
}

export interface BareRun {
  rows: BareRow[]
  /** In milliseconds. */
  startedIn: number[]
  residentBytes: number | undefined
}

const campus = { students: 1000, records: 100_000 }
const turns = 2
/** In seconds. On one core V8 compiles concurrently with the load and takes this long for the code that all rows share. */
const warmUp = { first: 15, row: 2 }
const starts = 5
/** In seconds. */
const longestRest = 30

export const loadCore = String(availableParallelism() - 1)
export const serverCores = (workers: number) => (workers > 1 ? `0-${workers - 1}` : '0')

export function startLoad() {
  return startChild([join(import.meta.dirname, 'load.ts')], { cores: loadCore })
}

/** Measures every row on the server and on the bare server alternately, so that other load on the machine affects both. */
export async function runBeside(databases: DatabaseServer, options: RunOptions): Promise<BareRun> {
  const chosen = rows.filter((row) => row.tables.includes('bare') && row.name.includes(options.rows ?? ''))
  const databaseUrl = await databases.create()
  const where = { main: options.main, databaseUrl, cores: serverCores(options.workers), workers: options.workers }
  const closing: (() => Promise<void>)[] = []
  const abort = () => void closeAll(closing)
  options.signal.addEventListener('abort', abort)
  try {
    await seedWorld(databaseUrl, campus, undefined, options.signal)
    const startedIn = await startRepeatedly(where)
    const server = await startServer(where)
    closing.push(server.close)
    const load = startLoad()
    closing.push(() => endChild(load))
    const bare = startChild([join(import.meta.dirname, 'bare-server.ts')], { cores: '0' })
    closing.push(() => endChild(bare))
    const bareOrigin = await ask<string>(bare)
    const world = await fetchWorld(server.origin, campus)
    const shared = chosen[0]
    if (shared) {
      const real = { origin: server.origin, pid: server.pid, databaseUrl }
      await measure(shared, world, real, { load, connections: options.connections, seconds: warmUp.first })
    }
    const results: BareRow[] = []
    for (const [index, row] of chosen.entries()) {
      options.signal.throwIfAborted()
      await prepare(row, world, server.origin)
      const sample = await takeSample(row, world, server.origin)
      await ask(bare, sample)
      results.push(await besideBare(row, world, server, { bare, bareOrigin, load, databaseUrl }, options))
      options.onStep(index + 1, chosen.length)
    }
    await untilIdle(server.pid)
    return { rows: results, startedIn, residentBytes: usageOf(server.pid)?.residentBytes }
  } catch (error) {
    options.signal.throwIfAborted()
    throw error
  } finally {
    options.signal.removeEventListener('abort', abort)
    await closeAll(closing)
  }
}

export async function closeAll(closing: (() => Promise<void>)[]): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close()
}

async function startRepeatedly(where: Parameters<typeof startServer>[0]): Promise<number[]> {
  const times: number[] = []
  for (let time = 0; time < starts; time++) {
    const server = await startServer(where)
    times.push(server.startedIn)
    await server.close()
  }
  return times.sort((a, b) => a - b)
}

/** A flood leaves a queue of password hashes. Each takes 19 MiB while it is computed. */
async function untilIdle(pid: number): Promise<void> {
  for (let waited = 0; waited < longestRest; waited++) {
    const before = usageOf(pid)?.cpuSeconds ?? 0
    await setTimeout(1000)
    if ((usageOf(pid)?.cpuSeconds ?? 0) - before < 0.1) return
  }
}

interface Bench {
  bare: ReturnType<typeof startChild>
  bareOrigin: string
  load: ReturnType<typeof startChild>
  databaseUrl: string
}

async function besideBare(
  row: Row,
  world: World,
  server: BenchedServer,
  bench: Bench,
  options: RunOptions,
): Promise<BareRow> {
  const { load, databaseUrl } = bench
  const real = { origin: server.origin, pid: server.pid, databaseUrl }
  const bare = { origin: bench.bareOrigin, pid: bench.bare.pid ?? 0 }
  const turn = { load, connections: options.connections, seconds: Math.max(1, options.seconds / turns) }
  for (const target of [real, bare]) await measure(row, world, target, { ...turn, seconds: warmUp.row })
  const ofServer: (Measured & { latencies: Float64Array })[] = []
  const ofBare: typeof ofServer = []
  for (let time = 0; time < turns; time++) {
    ofServer.push(await measure(row, world, real, turn))
    ofBare.push(await measure(row, world, bare, turn))
  }
  return compare(row, ofServer, ofBare)
}

function compare(row: Row, ofServer: (Measured & { latencies: Float64Array })[], ofBare: typeof ofServer): BareRow {
  const [server, bare] = [together(ofServer), together(ofBare)]
  const ratio = server.requestsPerSecond / bare.requestsPerSecond
  const known = server.busy !== undefined && bare.busy !== undefined
  const flooded: Record<string, number> = {}
  for (const turn of ofServer)
    for (const [status, count] of Object.entries(turn.flooded)) flooded[status] = (flooded[status] ?? 0) + count
  return {
    row,
    server,
    bare,
    ratio,
    ratioByProcessor: known && canPin ? (ratio * (bare.busy ?? 1)) / (server.busy ?? 1) : undefined,
    faults: [...ofServer, ...ofBare].flatMap((turn) => turn.faults),
    flooded,
  }
}
