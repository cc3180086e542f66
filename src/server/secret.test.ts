import assert from 'node:assert/strict'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { mock, test } from 'node:test'
import { readSecret, SecretFileError } from './secret.ts'

function withFolder(work: (folder: string) => void): void {
  const folder = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'occupy-secret-'))
  try {
    work(folder)
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

function secretIn(folder: string, isKnown: boolean): string {
  const database = { kind: 'sqlite', path: join(folder, 'occupy.sqlite') } as const
  return readSecret({ secret: undefined, database }, isKnown)
}

/** Records the disk operations of `work` in order: `write`, `fsync` and `link`, each with its path. */
function recordDisk(work: () => void): string[] {
  const steps: string[] = []
  const { fsyncSync, linkSync, writeFileSync } = fs
  mock.method(fs, 'fsyncSync', (file: number) => {
    steps.push(`fsync ${fs.readlinkSync(`/proc/self/fd/${file}`)}`)
    fsyncSync(file)
  })
  mock.method(fs, 'writeFileSync', (path: string, text: string, options: fs.WriteFileOptions) => {
    steps.push(`write ${path}`)
    writeFileSync(path, text, options)
  })
  mock.method(fs, 'linkSync', (from: string, to: string) => {
    steps.push(`link ${from} ${to}`)
    linkSync(from, to)
  })
  syncBuiltinESMExports()
  try {
    work()
  } finally {
    mock.restoreAll()
    syncBuiltinESMExports()
  }
  return steps
}

test('a new secret and its folders are synced before they are used', () =>
  withFolder((outer) => {
    const folder = join(outer, 'new', 'data')
    const path = join(folder, 'secret')
    const draft = `${path}.${process.pid}`
    const steps = recordDisk(() => assert.ok(secretIn(folder, false).length >= 43))
    assert.deepEqual(steps.slice(0, 3), [`write ${draft}`, `fsync ${draft}`, `link ${draft} ${path}`])
    const after = [path, folder, dirname(folder), outer].map((at) => `fsync ${at}`)
    assert.deepEqual(steps.slice(3, 7), after)
    assert.deepEqual(fs.readdirSync(folder), ['secret'])
    assert.equal(fs.statSync(path).mode & 0o777, 0o600)
  }))

test('syncs a secret that an earlier start may not have synced before its first use, and only then', () =>
  withFolder((folder) => {
    const path = join(folder, 'secret')
    fs.writeFileSync(path, 'of an earlier start, long enough\n')
    const first = recordDisk(() => assert.equal(secretIn(folder, false), 'of an earlier start, long enough'))
    assert.deepEqual(first.slice(0, 2), [`fsync ${path}`, `fsync ${folder}`])
    const later = recordDisk(() => assert.equal(secretIn(folder, true), 'of an earlier start, long enough'))
    assert.deepEqual(later, [])
  }))

const unusable = {
  'an empty file': (path: string) => fs.writeFileSync(path, ''),
  'a file that lost its end': (path: string) => fs.writeFileSync(path, 'abc\n'),
  'a folder': (path: string) => fs.mkdirSync(path),
}

for (const [what, make] of Object.entries(unusable)) {
  for (const isKnown of [false, true]) {
    test(`reports ${what} in one line and leaves it unchanged, with ${isKnown ? 'a database that uses it' : 'a new database'}`, () =>
      withFolder((folder) => {
        const path = join(folder, 'secret')
        make(path)
        const { size } = fs.statSync(path)
        assert.throws(
          () => secretIn(folder, isKnown),
          (error: Error) =>
            error instanceof SecretFileError && error.message.startsWith(`${path}: `) && !error.message.includes('\n'),
        )
        assert.equal(fs.statSync(path).size, size)
      }))
  }
}

test('does not replace a lost secret that a database uses', () =>
  withFolder((folder) => {
    assert.throws(() => secretIn(folder, true), /secret: is missing.*backup/)
    assert.deepEqual(fs.readdirSync(folder), [])
  }))
