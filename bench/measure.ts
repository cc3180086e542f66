import type { ChildProcess } from 'node:child_process'
import { usageOf } from './child.ts'
import { ask } from './conversation.ts'
import type { Row } from './rows.ts'
import type { LoadJob, LoadResult, Sample, WireRequest } from './wire.ts'
import { countKept, type World } from './world.ts'

export interface Figures {
  requestsPerSecond: number
  /** In milliseconds. */
  p50: number
  p99: number
  /** Share of one core that the measured process used. Undefined if it cannot be measured. */
  busy: number | undefined
  answers: number
}

export interface Measured extends Figures {
  faults: string[]
  flooded: Record<string, number>
}

export interface Target {
  origin: string
  pid: number
  /** The database that must contain the row's writes afterwards. Undefined for the bare server. */
  databaseUrl?: string
}

export interface Turn {
  load: ChildProcess
  connections: number
  seconds: number
}

/** Loads one server with one row, and checks its responses and the writes that it acknowledged. */
export async function measure(
  row: Row,
  world: World,
  target: Target,
  { load, ...turn }: Turn,
): Promise<Measured & { latencies: Float64Array }> {
  const real = target.databaseUrl !== undefined
  const job: LoadJob = {
    ...turn,
    origin: target.origin,
    requests: row.requests(world),
    writes: row.writes,
    each: row.each,
    flood: real ? row.flood?.(world) : undefined,
  }
  const before = usageOf(target.pid)
  const result = await ask<LoadResult>(load, job)
  const after = usageOf(target.pid)
  const faults = faultsOf(row, result, real)
  if (target.databaseUrl !== undefined && row.writes) faults.push(...(await lostWrites(target.databaseUrl, result)))
  const busy = before && after && (after.cpuSeconds - before.cpuSeconds) / result.seconds
  return {
    ...figures(result.latencies, result.seconds, busy),
    latencies: result.latencies,
    faults,
    flooded: result.flooded,
  }
}

export function figures(latencies: Float64Array, seconds: number, busy: number | undefined): Figures {
  const sorted = latencies.slice().sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { requestsPerSecond: sorted.length / seconds, p50: at(0.5), p99: at(0.99), busy, answers: sorted.length }
}

function faultsOf({ status, writes }: Row, { statuses, errors }: LoadResult, real: boolean): string[] {
  const expected = writes === 'stop' && real ? ['200', '201'] : writes === 'stop' ? ['201'] : [String(status)]
  const others = Object.entries(statuses).filter(([answered]) => !expected.includes(answered))
  return [
    ...others.map(([answered, count]) => `${count} answers ${answered}`),
    ...(errors > 0 ? [`${errors} connections or responses lost`] : []),
  ]
}

async function lostWrites(databaseUrl: string, { started, stopped }: LoadResult): Promise<string[]> {
  const kept = await countKept(databaseUrl, started, stopped)
  const lost = started.length - kept.started + stopped.length - kept.stopped
  return lost > 0 ? [`${lost} acknowledged writes are not in the database`] : []
}

/** @throws Error if the server refuses one of the requests */
export async function prepare(row: Row, world: World, origin: string): Promise<void> {
  for (const { path, method, headers, body } of row.prepare?.(world) ?? []) {
    const answer = await fetch(`${origin}${path}`, { method, headers, body: body ?? null })
    if (!answer.ok) throw new Error(`${row.name}: ${method} ${path} returned ${answer.status}`)
    await answer.arrayBuffer()
  }
}

/** Takes one response of the real server for the bare server to repeat. */
export async function takeSample(row: Row, world: World, origin: string): Promise<Sample> {
  const { path, method, headers: sent, body } = row.requests(world)[0] as WireRequest
  const answer = await fetch(`${origin}${path}`, { method, headers: sent, body: body ?? null })
  const hopByHop = ['connection', 'keep-alive', 'date', 'transfer-encoding']
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !hopByHop.includes(name)))
  return { status: answer.status, headers, body: await answer.text() }
}

/** Merges several turns of the same row. */
export function together(turns: (Figures & { latencies: Float64Array })[]): Figures {
  const latencies = Float64Array.from(turns.flatMap((turn) => [...turn.latencies]))
  const seconds = turns.reduce((sum, turn) => sum + turn.answers / turn.requestsPerSecond, 0)
  const shares = turns.map((turn) => turn.busy)
  const busy = shares.some((share) => share === undefined)
    ? undefined
    : shares.reduce((sum: number, share) => sum + (share ?? 0), 0) / turns.length
  return figures(latencies, seconds, busy)
}
