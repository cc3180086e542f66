import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type BackedUpPlace, filesOf, makeBackedUpPlace } from './backed-up-place.ts'

const secret = 'a secret for tests that is long enough'

async function backUp({ run, file }: BackedUpPlace): Promise<void> {
  const { code, errors } = await run(['backup', file])
  assert.equal(code, 0, errors)
}

test('a backup replaces the database, which is kept beside it', async (t) => {
  const place = await makeBackedUpPlace(t)
  place.mark('then')
  await backUp(place)
  place.mark('later')
  const { code, output, errors } = await place.run(['restore', place.file])
  assert.equal(code, 0, errors)
  const replaced =
    /previous files kept as: (\S+\.replaced-\d{8}T\d{6}\.\d{3}Z)\n$/.exec(output)?.[1] ?? assert.fail(output)
  assert.deepEqual(place.marks(), ['then'])
  assert.deepEqual(place.marks(replaced), ['later', 'then'])
  assert.deepEqual(place.marks(place.file), ['then'])
  assert.deepEqual(
    (await filesOf(place.data)).map((line) => line.split(' ')[1]),
    Array(4).fill('600'),
  )
})

test('on an empty machine the backup and its secret are enough', async (t) => {
  const place = await makeBackedUpPlace(t)
  await backUp(place)
  const kept = await readFile(join(place.data, 'secret'), 'utf8')
  await rm(place.data, { recursive: true })
  // As if copied by hand.
  await chmod(place.file, 0o644)
  const { code, output, errors } = await place.run(['restore', place.file])
  assert.equal(code, 0, errors)
  assert.doesNotMatch(output, /previous files kept as/)
  assert.equal(await readFile(join(place.data, 'secret'), 'utf8'), kept)
  assert.deepEqual(await filesOf(place.data), ['campus.sqlite 600', 'campus.sqlite-lock 600', 'secret 600'])
  const listed = await place.run(['accounts', 'list'])
  assert.equal(listed.code, 0, listed.errors)
})

test('keeps another secret that existed beside the new one', async (t) => {
  const place = await makeBackedUpPlace(t)
  await backUp(place)
  await writeFile(join(place.data, 'secret'), 'another secret, of another database\n')
  assert.equal((await place.run(['restore', place.file])).code, 0)
  const aside = (await readdir(place.data)).find((name) => name.startsWith('secret.replaced-')) ?? assert.fail()
  assert.equal(await readFile(join(place.data, aside), 'utf8'), 'another secret, of another database\n')
  const listed = await place.run(['accounts', 'list'])
  assert.equal(listed.code, 0, listed.errors)
})

test('the write-ahead log of a killed service stays out of the restored database, and is not lost', async (t) => {
  const place = await makeBackedUpPlace(t)
  place.mark('then')
  await backUp(place)
  // As after kill -9: the log exists, and its content is nowhere else.
  const open = new DatabaseSync(place.database)
  open.exec("insert into settings values ('mark later', '')")
  for (const end of ['', '-wal']) copyFileSync(`${place.database}${end}`, `${place.folder}/killed${end}`)
  open.close()
  for (const end of ['', '-wal']) copyFileSync(`${place.folder}/killed${end}`, `${place.database}${end}`)
  const { code, output, errors } = await place.run(['restore', place.file])
  assert.equal(code, 0, errors)
  assert.deepEqual(place.marks(), ['then'])
  assert.deepEqual(place.marks(/previous files kept as: (\S+)\n/.exec(output)?.[1]), ['later', 'then'])
})

test('moves a damaged database aside for a backup, and an invalid log does no harm', async (t) => {
  const place = await makeBackedUpPlace(t)
  place.mark('then')
  await backUp(place)
  await writeFile(place.database, 'no database at all')
  await writeFile(`${place.database}-wal`, 'nor a log')
  const { code, output, errors } = await place.run(['restore', place.file])
  assert.equal(code, 0, errors)
  assert.deepEqual(place.marks(), ['then'])
  const replaced = /previous files kept as: (\S+)\n/.exec(output)?.[1] ?? assert.fail(output)
  assert.equal(await readFile(replaced, 'utf8'), 'no database at all')
  assert.ok(!(await readdir(place.data)).includes('campus.sqlite-wal'))
})

const damagedBackups: Record<
  string,
  [damage: (place: BackedUpPlace) => unknown, reason: RegExp, env?: Record<string, string>]
> = {
  'that does not exist': [({ file }) => rm(file), /there is no/],
  'that is not a database': [({ file }) => writeFile(file, 'x'.repeat(5000)), /not a database/],
  'of another program': [
    async ({ file }) => {
      await rm(file)
      const other = new DatabaseSync(file)
      other.exec('create table t (x)')
      other.close()
    },
    /not a database of this service/,
  ],
  'with a damaged page': [
    async ({ file }) => {
      const bytes = await readFile(file)
      await writeFile(file, bytes.fill(0xff, bytes.length - 4096 * 3))
    },
    /damaged|malformed/,
  ],
  'that is truncated': [
    async ({ file }) => {
      const bytes = await readFile(file)
      await writeFile(file, bytes.subarray(0, bytes.length - 4096))
    },
    /damaged|malformed/,
  ],
  'of a newer version': [
    ({ file }) => {
      const open = new DatabaseSync(file)
      open.exec("insert into kysely_migration values ('2999-01-01-the-future', '2999-01-01T00:00:00.000Z')")
      open.close()
    },
    /newer version[^\n]*2999-01-01-the-future/,
  ],
  'in use': [({ file }) => writeFile(`${file}-wal`, 'x'), /write-ahead log next to it/],
  'without its secret': [
    async ({ file, data }) => {
      await rm(`${file}.secret`)
      await rm(join(data, 'secret'))
    },
    /secret of this backup is missing/,
  ],
  'of another SECRET': [() => undefined, /SECRET differs from the one/, { SECRET: secret }],
}

for (const [what, [damage, reason, env]] of Object.entries(damagedBackups)) {
  test(`refuses a backup ${what}, and changes nothing`, async (t) => {
    const place = await makeBackedUpPlace(t)
    await backUp(place)
    place.mark('later')
    await damage(place)
    const before = await filesOf(place.data)
    const { code, errors } = await place.run(['restore', place.file], env)
    assert.equal(code, 1)
    assert.match(errors, /^[^\n]+\n$/)
    assert.match(errors, reason)
    assert.doesNotMatch(errors, /partial-/)
    assert.deepEqual(await filesOf(place.data), before)
    assert.deepEqual(place.marks(), ['later'])
    assert.ok((await readdir(dirname(place.file))).every((name) => !name.includes('partial-')))
  })
}

test('leaves a correct SECRET where it is', async (t) => {
  const place = await makeBackedUpPlace(t, secret)
  await backUp(place)
  const { code, errors } = await place.run(['restore', place.file], { SECRET: secret })
  assert.equal(code, 0, errors)
  assert.ok(!(await readdir(place.data)).includes('secret'))
})
