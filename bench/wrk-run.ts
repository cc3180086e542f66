import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { closeAll, loadCore } from './bare-run.ts'
import { canPin, endChild, startChild, usageOf } from './child.ts'
import { ask } from './conversation.ts'
import type { DatabaseServer } from './databases.ts'
import { prepare, takeSample } from './measure.ts'
import { table } from './report.ts'
import { type Row, rows } from './rows.ts'
import { startServer } from './server.ts'
import type { WireRequest } from './wire.ts'
import { fetchWorld, seedPassword, type World } from './world.ts'

export interface WrkOptions {
  main: string
  /** `main.ts` of another checkout, to measure in turns with this one. */
  against: string | undefined
  connections: number
  /** Of each turn. There are `turns` of each server and row. */
  seconds: number
  rows: string | undefined
  signal: AbortSignal
}

interface Target {
  name: string
  origin: string
  pid: number
  world: World
}

export interface WrkRow {
  name: string
  /** Processor time per request in microseconds, by server, one figure per turn. */
  microseconds: Record<string, number[]>
}

const campus = { students: 1000, records: 100_000 }
const turns = 6
const warmUp = 3
const run = promisify(execFile)

/**
 * Processor time per request under load by wrk, which needs less of it than autocannon: the bare server, this checkout
 * and maybe another, in turns. Each turn begins with another server, because the first one after a pause is slower.
 */
export async function runWrk(databases: DatabaseServer, options: WrkOptions): Promise<WrkRow[]> {
  const closing: (() => Promise<void>)[] = []
  const folder = await mkdtemp(join(tmpdir(), 'occupy-bench-wrk-'))
  try {
    const bare = startChild([join(import.meta.dirname, 'bare-server.ts')], { cores: '0' })
    closing.push(() => endChild(bare))
    const bareOrigin = await ask<string>(bare)
    const servers: Target[] = []
    for (const [name, main] of Object.entries({ ours: options.main, other: options.against }))
      if (main !== undefined) servers.push(await openTarget(name, main, databases, closing))
    const [ours] = servers as [Target]
    const targets = [{ ...ours, name: 'bare', origin: bareOrigin, pid: bare.pid ?? 0 }, ...servers]
    const results: WrkRow[] = []
    for (const row of rows.filter((row) => isPlain(row) && row.name.includes(options.rows ?? ''))) {
      for (const { world, origin } of servers) await prepare(row, world, origin)
      await ask(bare, await takeSample(row, ours.world, ours.origin))
      results.push({ name: row.name, microseconds: await measureRow(row, targets, folder, options) })
    }
    return results
  } finally {
    await closeAll(closing)
    await rm(folder, { recursive: true, force: true })
  }
}

/** wrk sends fixed requests and does not read responses. */
function isPlain({ tables, flood, writes, each }: Row): boolean {
  return tables.includes('bare') && !flood && !each && (writes === undefined || writes === 'start')
}

async function openTarget(
  name: string,
  main: string,
  databases: DatabaseServer,
  closing: (() => Promise<void>)[],
): Promise<Target> {
  const databaseUrl = await databases.create()
  const seed = [
    'seed',
    '--students',
    campus.students,
    '--records',
    campus.records,
    '--seed',
    7,
    '--password',
    seedPassword,
  ]
  const env = { ...process.env, DATABASE_URL: databaseUrl }
  await run(process.execPath, [join(main, '..', '..', 'scripts', 'run.mjs'), ...seed.map(String)], { env })
  const server = await startServer({ main, databaseUrl, cores: '0', workers: 1 })
  closing.push(server.close)
  return { name, origin: server.origin, pid: server.pid, world: await fetchWorld(server.origin, campus) }
}

async function measureRow(
  row: Row,
  targets: Target[],
  folder: string,
  { connections, seconds, signal }: WrkOptions,
): Promise<WrkRow['microseconds']> {
  const figures: WrkRow['microseconds'] = Object.fromEntries(targets.map(({ name }) => [name, []]))
  const scripts = new Map<Target, string>()
  for (const target of targets) {
    const script = join(folder, `${target.name}.lua`)
    await writeFile(script, lua(row.requests(target.world), target.origin))
    scripts.set(target, script)
  }
  const load = async (target: Target, length: number) => {
    signal.throwIfAborted()
    const before = usageOf(target.pid)?.cpuSeconds ?? Number.NaN
    const words = ['wrk', '-t1', `-c${connections}`, `-d${length}s`, '-s', scripts.get(target) ?? '', target.origin]
    const { stdout } = await run(canPin ? 'taskset' : 'wrk', canPin ? ['-c', loadCore, ...words] : words.slice(1))
    const [, requests = '0', refused = '0'] = /^total (\d+) (\d+)$/m.exec(stdout) ?? []
    if (Number(refused) > 0) throw new Error(`${row.name}: ${target.name} refused ${refused} of ${requests} requests`)
    return (((usageOf(target.pid)?.cpuSeconds ?? Number.NaN) - before) * 1e6) / Number(requests)
  }
  for (const target of targets) await load(target, warmUp)
  for (let turn = 0; turn < turns; turn++) {
    const first = turn % targets.length
    for (const target of [...targets.slice(first), ...targets.slice(0, first)]) {
      await load(target, 1)
      figures[target.name]?.push(await load(target, seconds))
    }
  }
  return figures
}

/** A script for wrk that sends these requests one after another. JSON's strings are Lua's, but for escapes these have not. */
function lua(requests: WireRequest[], origin: string): string {
  const text = JSON.stringify
  const lines = requests.map(({ method, path, headers, body }) => {
    const fields = Object.entries({ host: new URL(origin).host, ...headers })
    const list = fields.map(([name, value]) => `[${text(name)}]=${text(value)}`).join(',')
    return `wrk.format(${text(method)},${text(path)},{${list}},${body === undefined ? 'nil' : text(body)}),`
  })
  return `local requests = {
${lines.join('\n')}
}
local at = 0
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary)
  local errors = summary.errors
  io.write(string.format("total %d %d\\n", summary.requests, errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
`
}

export function wrkReport(results: WrkRow[]): string {
  const lines = results.map(({ name, microseconds }) => {
    const { bare, ours, other } = microseconds
    const ratio = (figures: number[] | undefined) => (middle(bare) / middle(figures)).toFixed(2)
    const cells = [name, range(bare), range(ours), ratio(ours)]
    return other ? [...cells, range(other), ratio(other), (middle(ours) / middle(other)).toFixed(2)] : cells
  })
  const head = ['row', 'bare µs', 'ours µs', 'ratio']
  const isCompared = results.some(({ microseconds }) => microseconds.other)
  return table(isCompared ? [...head, 'other µs', 'ratio', 'ours / other'] : head, lines)
}

/** The median, and the least. */
function range(figures: number[] = []): string {
  return `${middle(figures).toFixed(1)} (${Math.min(...figures).toFixed(1)})`
}

function middle(figures: number[] = []): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
}
