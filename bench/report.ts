import { cpus, release, totalmem, type } from 'node:os'
import type { BareRun } from './bare-run.ts'
import { canPin } from './child.ts'
import type { Figures } from './measure.ts'
import type { ScaleRun } from './scale-run.ts'

/** If the bare server used less than this share of its core, the load generator was the bottleneck. */
const saturated = 0.9

export function machine(): string {
  const cores = canPin ? 'server and load on a core each' : 'no taskset: server and load share all cores'
  return `${hardware()}; ${cores}`
}

export function hardware(): string {
  const processors = cpus()
  return `${processors.length} × ${processors[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}, Node ${process.version}`
}

export function bareReport(run: BareRun): string {
  const lines = run.rows.map(({ row, server, bare, ratio, ratioByProcessor }) => [
    row.name,
    whole(server.requestsPerSecond),
    milliseconds(server.p50),
    milliseconds(server.p99),
    share(server.busy),
    whole(bare.requestsPerSecond),
    share(bare.busy),
    ratio.toFixed(2),
    ratioByProcessor?.toFixed(2) ?? '–',
    row.target === undefined ? '' : `≥ ${row.target}`,
  ])
  const head = [
    'row',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'busy',
    'bare/s',
    'bare busy',
    'ratio',
    'by processor',
    'target',
  ]
  return [
    table(head, lines),
    '',
    `Start to first response: ${whole(run.startedIn[Math.floor(run.startedIn.length / 2)])} ms (of ${run.startedIn.map(whole).join(', ')}).`,
    `Resident after the load: ${memory(run.residentBytes)}.`,
    ...run.rows.filter((row) => Object.keys(row.flooded).length > 0).map(floodLine),
    ...(run.rows.some(({ bare }) => (bare.busy ?? 1) < saturated)
      ? [
          'If the bare server is less than 90 % busy, the load generator was the bottleneck: use the ratio by processor time.',
        ]
      : []),
    ...run.rows.flatMap(({ row, faults }) => faults.map((fault) => `FAULT in "${row.name}": ${fault}`)),
  ].join('\n')
}

function floodLine({ row, flooded }: BareRun['rows'][number]): string {
  const answers = Object.entries(flooded).map(([status, count]) => `${count} × ${status}`)
  return `Responses to the flood in "${row.name}": ${answers.join(', ')}.`
}

export function scaleReport(run: ScaleRun): string {
  const lines = run.rows.map(({ name, small, large, growth }) => [
    name,
    ...inShort(small),
    ...inShort(large),
    growth.toFixed(2),
  ])
  const [few, many] = [run.small.records, run.large.records].map((records) => records.toLocaleString('en-US'))
  const head = ['row', `p50 ms at ${few}`, 'p99 ms', `p50 ms at ${many}`, 'p99 ms', 'p99 growth (≤ 1.5)']
  return [
    table(head, lines),
    '',
    `Seeded at ${whole(run.seededAt)} records/s. Resident after the load on the larger: ${memory(run.residentBytes)}.`,
    ...run.rows.flatMap(({ name, faults }) => faults.map((fault) => `FAULT in "${name}": ${fault}`)),
  ].join('\n')
}

function inShort({ p50, p99 }: Figures): string[] {
  return [milliseconds(p50), milliseconds(p99)]
}

/** A Markdown table, also aligned for terminals. */
export function table(head: string[], lines: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0), title.length),
  )
  const pad = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [head, rule, ...lines].map((line) => `| ${line.map(pad).join(' | ')} |`).join('\n')
}

function whole(number: number | undefined): string {
  return number === undefined ? '–' : Math.round(number).toLocaleString('en-US')
}

function milliseconds(time: number): string {
  return time.toFixed(2)
}

function share(part: number | undefined): string {
  return part === undefined ? '–' : `${Math.round(part * 100)} %`
}

function memory(bytes: number | undefined): string {
  return bytes === undefined ? 'not known here' : `${Math.round(bytes / 2 ** 20)} MiB`
}
