import { closeAll, type RunOptions, serverCores, startLoad } from './bare-run.ts'
import { endChild, usageOf } from './child.ts'
import type { DatabaseServer } from './databases.ts'
import { type Figures, measure, prepare, type Target, type Turn, together } from './measure.ts'
import { type Row, rows } from './rows.ts'
import { startServer } from './server.ts'
import { fetchWorld, type Size, seedWorld, type World } from './world.ts'

export interface ScaleRow {
  name: string
  small: Figures
  large: Figures
  /** p99 of the large database divided by p99 of the small one. */
  growth: number
  faults: string[]
}

export interface ScaleRun {
  rows: ScaleRow[]
  small: Size
  large: Size
  /** Records per second. */
  seededAt: number
  residentBytes: number | undefined
}

const small: Size = { students: 16, records: 1000 }
const turns = 3
/** Seconds per row, to warm up V8 and the database's page cache. */
const warmUp = 2
/** Few, so that latencies do not include time in a queue. */
const connections = 4

/** Measures every row alternately on a thousand records and on many. */
export async function runScale(
  databases: DatabaseServer,
  options: RunOptions,
  large: Size,
  progress: Parameters<typeof seedWorld>[2],
): Promise<ScaleRun> {
  const chosen = rows.filter((row) => row.tables.includes('scale') && row.name.includes(options.rows ?? ''))
  const closing: (() => Promise<void>)[] = []
  const abort = () => void closeAll(closing)
  options.signal.addEventListener('abort', abort)
  try {
    const urls = [await databases.create(), await databases.create()] as const
    await seedWorld(urls[0], small, undefined, options.signal)
    const begun = performance.now()
    await seedWorld(urls[1], large, progress, options.signal)
    const seededAt = (1000 * large.records) / (performance.now() - begun)
    const open = async (databaseUrl: string, size: Size) => {
      const { main, workers } = options
      const server = await startServer({ main, databaseUrl, cores: serverCores(workers), workers })
      closing.push(server.close)
      return { origin: server.origin, pid: server.pid, databaseUrl, world: await fetchWorld(server.origin, size) }
    }
    const targets = { small: await open(urls[0], small), large: await open(urls[1], large) }
    const load = startLoad()
    closing.push(() => endChild(load))
    const results: ScaleRow[] = []
    for (const row of chosen)
      for (const target of [targets.small, targets.large])
        await measureIn(target, row, { load, connections, seconds: warmUp })
    for (const [index, row] of chosen.entries()) {
      options.signal.throwIfAborted()
      const turn = { load, connections, seconds: Math.max(1, Math.round(options.seconds / turns)) }
      const of = async (target: typeof targets.small) => measureIn(target, row, turn)
      const measured = { small: [await of(targets.small)], large: [await of(targets.large)] }
      for (let time = 1; time < turns; time++) {
        measured.small.push(await of(targets.small))
        measured.large.push(await of(targets.large))
      }
      const [few, many] = [together(measured.small), together(measured.large)]
      const faults = [...measured.small, ...measured.large].flatMap((turn) => turn.faults)
      results.push({ name: row.name, small: few, large: many, growth: many.p99 / few.p99, faults })
      options.onStep(index + 1, chosen.length)
    }
    const residentBytes = usageOf(targets.large.pid)?.residentBytes
    return { rows: results, small, large, seededAt, residentBytes }
  } catch (error) {
    options.signal.throwIfAborted()
    throw error
  } finally {
    options.signal.removeEventListener('abort', abort)
    await closeAll(closing)
  }
}

/** Another row may have undone the preparation. */
async function measureIn(target: Target & { world: World }, row: Row, turn: Turn) {
  await prepare(row, target.world, target.origin)
  return measure(row, target.world, target, turn)
}
