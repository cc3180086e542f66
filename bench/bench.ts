import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { showProgress, untilInterrupted } from '../src/cli/progress.ts'
import { type RunOptions, runBeside } from './bare-run.ts'
import { type DatabaseServer, openDatabaseServer } from './databases.ts'
import { firstDayReport, runFirstDay } from './first-day-run.ts'
import { idleReport, runIdle } from './idle-run.ts'
import { liveReport, runLive } from './live-run.ts'
import { bareReport, machine, scaleReport } from './report.ts'
import { runScale } from './scale-run.ts'
import { runWrk, wrkReport } from './wrk-run.ts'

const usage = `npm run bench -- [options]
  --scale             latencies on a thousand and on many records, on both databases
  --first-day         so many students at once (--students, 500) who register at a school of 300 ms a call
  --live              memory and delay with so many listeners (--listeners, 1000) to GET /live
  --wrk               processor time per request beside a bare server, loaded by wrk (Debian's package wrk)
  --against FILE      with --wrk: main.ts of another checkout, measured in turns with this one
  --idle N            a live student's times, and the memory, beside so many idle connections
  --database NAME     sqlite, postgres (starts one), or the postgres:// URL of a server   (default sqlite; with --scale both)
  --row TEXT          only rows whose names hold this text
  --duration SECONDS  of each row on each server                                          (default 10)
  --connections N     that the load comes over                                            (default 64)
  --workers N         server processes                                                    (default 1)
  --records N, --students N  of the larger campus of --scale                              (default 10,000,000 and 20,000)
  --server FILE       main.ts of another checkout, to compare
  --json              figures for programs
`

const { values } = parseArgs({
  options: {
    scale: { type: 'boolean', default: false },
    'first-day': { type: 'boolean', default: false },
    live: { type: 'boolean', default: false },
    wrk: { type: 'boolean', default: false },
    against: { type: 'string' },
    listeners: { type: 'string', default: '1000' },
    idle: { type: 'string' },
    database: { type: 'string' },
    row: { type: 'string' },
    duration: { type: 'string', default: '10' },
    connections: { type: 'string', default: '64' },
    workers: { type: 'string', default: '1' },
    records: { type: 'string', default: '10000000' },
    students: { type: 'string' },
    server: { type: 'string', default: join(import.meta.dirname, '..', 'src', 'main.ts') },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) process.stdout.write(usage)
else if (!(await untilInterrupted(run))) process.stderr.write('已停止 · stopped\n')

async function run(signal: AbortSignal): Promise<void> {
  const names = values.database ? [values.database] : values.scale ? ['sqlite', 'postgres'] : ['sqlite']
  const outcomes: Record<string, unknown> = { machine: machine() }
  if (!values.json) process.stdout.write(`${machine()}\n`)
  for (const name of names) {
    const databases = await openDatabaseServer(name)
    try {
      if (!values.json) process.stdout.write(`\n${databases.kind}\n\n`)
      const [outcome, report] = await measured(databases, signal)
      outcomes[databases.kind] = outcome
      if (!values.json) process.stdout.write(`${report}\n`)
    } finally {
      await databases.close()
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify(outcomes, undefined, 2)}\n`)
}

function measured(databases: DatabaseServer, signal: AbortSignal): Promise<readonly [unknown, string]> {
  if (values['first-day']) return firstSchoolDay(databases)
  if (values.live) return live(databases)
  if (values.wrk) return wrk(databases, signal)
  if (values.idle) return idle(databases, Number(values.idle))
  return values.scale ? scale(databases, signal) : beside(databases, signal)
}

async function firstSchoolDay(databases: DatabaseServer) {
  const day = { main: values.server, workers: Number(values.workers), students: Number(values.students ?? 500) }
  const outcome = await runFirstDay(databases, day)
  return [outcome, firstDayReport(outcome)] as const
}

async function wrk(databases: DatabaseServer, signal: AbortSignal) {
  const { main, rows, connections, seconds } = options(signal, () => undefined)
  const outcome = await runWrk(databases, { main, rows, connections, seconds, against: values.against, signal })
  return [outcome, wrkReport(outcome)] as const
}

async function live(databases: DatabaseServer) {
  const outcome = await runLive(databases, { main: values.server, listeners: Number(values.listeners) })
  return [outcome, liveReport(outcome)] as const
}

async function idle(databases: DatabaseServer, connections: number) {
  const outcome = await runIdle(databases, { main: values.server, connections })
  return [outcome, idleReport(outcome)] as const
}

async function beside(databases: DatabaseServer, signal: AbortSignal) {
  const steps = progressOf('bench')
  const outcome = await runBeside(databases, options(signal, steps.onStep))
  steps.finish()
  return [outcome, bareReport(outcome)] as const
}

async function scale(databases: DatabaseServer, signal: AbortSignal) {
  const size = { students: Number(values.students ?? 20_000), records: Number(values.records) }
  const seeding = showProgress({ label: `seed ${databases.kind}`, total: size.records, unit: 'records' })
  const steps = progressOf(`scale ${databases.kind}`)
  let totals: typeof seeding | undefined
  const onTotals = (accounts: number) => {
    totals ??= showProgress({ label: `totals ${databases.kind}`, total: size.students, unit: 'accounts' })
    totals.update(accounts)
  }
  const progress = { onRecords: seeding.update, onTotals }
  const outcome = await runScale(databases, options(signal, steps.onStep), size, progress)
  steps.finish()
  return [outcome, scaleReport(outcome)] as const
}

function progressOf(label: string) {
  let progress: ReturnType<typeof showProgress> | undefined
  return {
    onStep(done: number, total: number) {
      progress ??= showProgress({ label, total, unit: 'rows' })
      progress.update(done)
    },
    finish: () => progress?.finish(),
  }
}

function options(signal: AbortSignal, onStep: RunOptions['onStep']): RunOptions {
  return {
    main: values.server,
    workers: Number(values.workers),
    connections: Number(values.connections),
    seconds: Number(values.duration),
    rows: values.row,
    signal,
    onStep,
  }
}
