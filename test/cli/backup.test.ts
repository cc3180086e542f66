import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { filesOf, makeBackedUpPlace } from './backed-up-place.ts'

const secret = 'a secret for tests that is long enough'

test('a backup and its secret are readable by their owner only, and nothing else is left', async (t) => {
  const { file, data, run, marks, mark } = await makeBackedUpPlace(t)
  mark('one')
  const { code, output, errors } = await run(['backup', file])
  assert.equal(code, 0, errors)
  assert.match(
    output,
    /^备份完成 · backed up: \S+campus\.sqlite \(\d\.\d MiB, checked\); 密钥 · secret: \S+\.secret\n$/,
  )
  assert.deepEqual(await filesOf(dirname(file)), ['campus.sqlite 600', 'campus.sqlite.secret 600'])
  assert.deepEqual(marks(file), ['one'])
  assert.equal(await readFile(`${file}.secret`, 'utf8'), await readFile(join(data, 'secret'), 'utf8'))
})

test('a backup replaces the previous one; --keep keeps that many, named by their time', async (t) => {
  const { file, run, marks, mark } = await makeBackedUpPlace(t)
  for (const text of ['1', '2', '3', '4']) {
    mark(text)
    assert.equal((await run(['backup', file, ...(text === '1' ? [] : ['--keep', '3'])])).code, 0)
  }
  const names = (await readdir(dirname(file))).filter((name) => !name.endsWith('.secret')).sort()
  assert.equal(names.length, 3)
  assert.match(names.join(), /^campus\.sqlite(,campus\.sqlite\.\d{8}T\d{6}\.\d{3}Z){2}$/)
  const [newest = [], ...earlier] = names.map((name) => marks(join(dirname(file), name)))
  assert.deepEqual(
    [newest, ...earlier],
    [
      ['1', '2', '3', '4'],
      ['1', '2'],
      ['1', '2', '3'],
    ],
  )
  assert.equal((await readdir(dirname(file))).length, 6, 'each with its secret')
  assert.equal((await run(['backup', file])).code, 0)
  assert.equal((await readdir(dirname(file))).length, 6, 'without --keep the earlier ones stay')
})

test('a secret from the environment is not in the backup, which says so', async (t) => {
  const { file, run } = await makeBackedUpPlace(t, secret)
  const { output } = await run(['backup', file], { SECRET: secret })
  assert.match(output, /store it elsewhere\n$/)
  assert.match((await run(['backup', file])).output, /its secret was not found/)
  assert.deepEqual(await filesOf(dirname(file)), ['campus.sqlite 600'])
})

test('does not overwrite a file that is no backup of this database', async (t) => {
  const { file, folder, database, data, run } = await makeBackedUpPlace(t)
  const other = await makeBackedUpPlace(t, secret)
  await mkdir(dirname(file))
  await writeFile(file, 'a diary')
  await symlink(data, join(folder, 'linked'))
  const before = await filesOf(data)
  const foreign = await other.run(['backup', other.file])
  assert.equal(foreign.code, 0, foreign.errors)
  for (const [target, reason] of [
    [file, /not a database/],
    [other.file, /backup of another database/],
    [database, /belongs to the database itself/],
    [`${database}-wal`, /belongs to the database itself/],
    [join(folder, 'linked', 'campus.sqlite'), /belongs to the database itself/],
    [join(data, 'secret'), /belongs to the database itself/],
  ] as const) {
    const { code, errors } = await run(['backup', target])
    assert.equal(code, 1, target)
    assert.match(errors, /^无法进行 · refused: [^\n]+\n$/)
    assert.match(errors, reason)
  }
  assert.equal(await readFile(file, 'utf8'), 'a diary')
  assert.deepEqual(await readdir(dirname(file)), ['campus.sqlite'])
  assert.deepEqual(await filesOf(data), before)
})

test('the next backup removes the files of a killed one', async (t) => {
  const { file, run } = await makeBackedUpPlace(t)
  const dead = spawnSync(process.execPath, ['--version']).pid
  await mkdir(dirname(file))
  for (const name of [
    `campus.sqlite.partial-${dead}`,
    `campus.sqlite.partial-${dead}-journal`,
    `campus.sqlite.partial-${process.pid}`,
  ])
    await writeFile(join(dirname(file), name), '')
  assert.equal((await run(['backup', file])).code, 0)
  assert.deepEqual((await readdir(dirname(file))).sort(), [
    'campus.sqlite',
    `campus.sqlite.partial-${process.pid}`,
    'campus.sqlite.secret',
  ])
})

test('on a full disk the backup fails in one line, and the earlier one stays', async (t) => {
  const { file, run, database, marks, mark } = await makeBackedUpPlace(t)
  await mkdir(dirname(file))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dirname(file)])
  if (mounted.status !== 0) return t.skip('a small disk can be mounted by root only')
  try {
    mark('earlier')
    assert.equal((await run(['backup', file])).code, 0)
    const large = new DatabaseSync(database)
    large.exec('create table ballast (x); insert into ballast values (randomblob(3000000))')
    large.close()
    const { code, errors } = await run(['backup', file, '--keep', '2'])
    assert.equal(code, 1)
    assert.match(errors, /^[^\n]*disk is full[^\n]*\n$/)
    assert.deepEqual((await readdir(dirname(file))).sort(), ['campus.sqlite', 'campus.sqlite.secret'])
    assert.deepEqual(marks(file), ['earlier'])
  } finally {
    spawnSync('umount', [dirname(file)])
  }
})

for (const command of ['backup', 'restore']) {
  test(`${command} on PostgreSQL names the tool for it`, async (t) => {
    const { file, run } = await makeBackedUpPlace(t)
    const { code, errors } = await run([command, file], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' })
    assert.equal(code, 1)
    assert.match(errors, command === 'backup' ? /^[^\n]*pg_dump[^\n]*\n$/ : /^[^\n]*pg_restore[^\n]*\n$/)
  })
}
