import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { faultsOf } from './architecture/check.ts'
import { cyclesAmong } from './architecture/cycles.ts'
import { exceptions } from './architecture/roles.ts'
import { functionsIn } from './architecture/source-functions.ts'
import { importsOf } from './architecture/source-imports.ts'

const longestFile = 200
const longestFunction = 40
const maxFilesPerFolder = 15

/** Files and functions that may be longer, each with its reason. */
const longer: Readonly<Record<string, string>> = {}

const root = join(import.meta.dirname, '../src')
const files = globSync('**/*.ts', { cwd: root }).map((path) => path.replaceAll('\\', '/'))
const sources = files.filter((file) => !file.endsWith('.test.ts'))
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')

test('every import has an allowed direction, and every file follows the rules of its suffix', () => {
  const faults = sources.flatMap((file) => faultsOf(file, textOf(file)))
  assert.ok(faults.length === 0, `\n${faults.join('\n')}\n`)
})

test('files and functions are short', () => {
  const faults = sources.flatMap((file) => {
    const text = textOf(file)
    const lines = text.trimEnd().split('\n').length
    const long = functionsIn(text).filter((one) => one.lines > longestFunction)
    return [
      ...(lines > longestFile ? [`src/${file} has ${lines} lines`] : []),
      ...long.map((one) => `src/${file}:${one.line} has ${one.lines} lines: ${one.name}`),
    ].filter(() => longer[file] === undefined)
  })
  assert.ok(faults.length === 0, `\n${faults.join('\n')}\n`)
})

test('folders are small', () => {
  const folders = Map.groupBy(sources, (file) => dirname(file))
  const faults = [...folders].filter(([, { length }]) => length > maxFilesPerFolder)
  assert.deepEqual(
    faults.map(([folder, { length }]) => `src/${folder} has ${length} files`),
    [],
  )
})

test('imports have no cycle', () => {
  const imports = new Map(sources.map((file) => [file, localImportsOf(file)]))
  assert.deepEqual(cyclesAmong(imports), [])
})

function localImportsOf(file: string): string[] {
  return importsOf(file, textOf(file)).flatMap(({ local, target }) => (local ? [target] : []))
}

test('finds a cycle and reports its files', () => {
  const imports = new Map([
    ['a.ts', ['b.ts', 'd.ts']],
    ['b.ts', ['c.ts', 'd.ts']],
    ['c.ts', ['b.ts']],
  ])
  assert.deepEqual(cyclesAmong(imports), [['b.ts', 'c.ts']])
})

test('every listed exception is still needed', () => {
  for (const [file, { imports }] of Object.entries(exceptions)) {
    assert.ok(
      importsOf(file, textOf(file)).some(({ target }) => target === imports),
      `${file} imports ${imports}`,
    )
  }
  for (const file of Object.keys(longer)) assert.ok(files.includes(file), file)
})

/** Forbidden imports and texts: what, in which file, the text, and the line that must be reported. */
const violations: readonly (readonly [what: string, file: string, text: string, line: number])[] = [
  ['shared imports a feature', 'shared/clock.ts', "import type { Study } from '../studies/study.ts'\n", 1],
  ['shared imports a package', 'shared/errors.ts', "\n\nimport { Ajv } from 'ajv'\n", 3],
  [
    'http imports a feature',
    'http/links.ts',
    "import { apiBase } from './x.ts'\nimport { a } from '../accounts/account.ts'\n",
    2,
  ],
  ['http opens a database', 'http/health.ts', "import { openSqlite } from '../storage/sqlite.ts'\n", 1],
  ['accounts import studies', 'accounts/account.ts', "import type { StudyId } from '../studies/study.ts'\n", 1],
  ['accounts import statistics', 'accounts/a.service.ts', "import { total } from '../statistics/total.ts'\n", 1],
  ['studies import statistics', 'studies/study.ts', "export { total } from '../statistics/total.ts'\n", 1],
  ['schools import accounts', 'schools/verifier.ts', "import { a } from '../accounts/student-number.ts'\n", 1],
  [
    'an adapter imports the server',
    'schools/cas/cas.verifier.ts',
    "import type { FastifyInstance } from 'fastify'\n",
    1,
  ],
  [
    'an adapter imports storage',
    'schools/ldap/ldap.verifier.ts',
    "import type { Storage } from '../../storage/storage.ts'\n",
    1,
  ],
  ['an adapter imports another', 'schools/cas/cas-login.ts', "import { a } from '../kingosoft/login.ts'\n", 1],
  [
    'code of every form login imports a kind of school',
    'schools/form-login/step.ts',
    "\nimport type { a } from '../kingosoft/login.ts'\n",
    2,
  ],
  [
    'code of every form login imports the guard',
    'schools/form-login/step.ts',
    "import { a } from '../guarded-verifier.ts'\n",
    1,
  ],
  [
    'a call to a school imports a form login',
    'schools/school-call/http-status.ts',
    "import { a } from '../form-login/step.ts'\n",
    1,
  ],
  ['storage imports a rule', 'storage/migrate.ts', "import { decideEnd } from '../studies/study.ts'\n", 1],
  [
    'storage imports a repository',
    'storage/tables.ts',
    "import type { A } from '../accounts/account.repository.ts'\n",
    1,
  ],
  ['a feature imports the app', 'studies/study.service.ts', "import { buildApp } from '../app.ts'\n", 1],
  ['the app imports the command line', 'app.ts', "const x = await import('./cli/program.ts')\n", 1],
  ['the app imports the simulated school', 'app.ts', "import './tools/simulated-school/student.ts'\n", 1],
  ['a repository uses HTTP', 'studies/study.repository.ts', "import { toWireTime } from '../http/wire-time.ts'\n", 1],
  [
    'a repository throws for Fastify',
    'accounts/a.repository.ts',
    "import {\n  type FastifyReply,\n} from 'fastify'\n",
    1,
  ],
  [
    'a repository imports another feature’s',
    'studies/list/study-counter.repository.ts',
    "import { a } from '../../accounts/account.repository.ts'\n",
    1,
  ],
  ['a service imports schemas', 'studies/study.service.ts', "import { presentStudy } from './study.schemas.ts'\n", 1],
  ['a route uses SQL', 'accounts/account.routes.ts', "import { sql } from 'kysely'\n", 1],
  ['a route imports a repository', 'studies/study.routes.ts', "import { findStudy } from './study.repository.ts'\n", 1],
  [
    'a schema imports a row type',
    'studies/study.schemas.ts',
    "import type { StudyTable } from './study.table.ts'\n",
    1,
  ],
  ['a rule reads a file', 'studies/study.ts', "import { readFileSync } from 'node:fs'\n", 1],
  ['a rule imports a row type', 'accounts/user-name.ts', "import type { AccountTable } from './account.table.ts'\n", 1],
  ['a rule reads the clock', 'studies/study.ts', 'export const now = 1\nconst at = Date.now()\n', 2],
  ['a service reads the system clock', 'studies/study.service.ts', 'const at = Date.now()\n', 1],
  ['a table imports a service', 'studies/study.table.ts', "import type { A } from './study.service.ts'\n", 1],
  ['a plugin reads a setting', 'http/transport/tls.ts', 'const a = 1\nconst level = process.env.LOG_LEVEL\n', 2],
  ['a file is in an unknown folder', 'utils/text.ts', 'export const a = 1\n', 1],
]

for (const [what, file, text, line] of violations) {
  test(`reports that ${what}`, () => {
    const faults = faultsOf(file, text)
    assert.ok(
      faults.some((fault) => fault.startsWith(`src/${file}:${line} `)),
      JSON.stringify(faults),
    )
  })
}

test('each violation reports its rule, and correct code breaks none', () => {
  const right = "import type { Clock } from '../shared/clock.ts'\nimport { findStudy } from './study.repository.ts'\n"
  assert.deepEqual(faultsOf('studies/study.service.ts', right), [])
  const [fault] = faultsOf('studies/study.routes.ts', right)
  assert.equal(fault, 'src/studies/study.routes.ts:2 imports studies/study.repository.ts: routes know no SQL')
})

test('reports a long function with its line, and counts nested functions separately', () => {
  const body = (lines: number, indent: string) =>
    Array.from({ length: lines }, (_, at) => `${indent}call(${at})\n`).join('')
  const [long] = functionsIn(`\nexport async function long(\n  a: number,\n): Promise<void> {\n${body(50, '  ')}}\n`)
  assert.deepEqual(long, { name: 'export async function long(', line: 2, lines: 54 })
  const nested = `function outer() {\n  const inner = () => {\n${body(30, '    ')}  }\n${body(5, '  ')}}\n`
  assert.deepEqual(
    functionsIn(nested).map(({ lines }) => lines),
    [7, 32],
  )
})
