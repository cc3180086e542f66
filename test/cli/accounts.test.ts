import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { basic, bearer } from '../contract/client.ts'
import { type Campus, openCampus } from './campus.ts'
import { occupy } from './command-line.ts'

describe('occupy accounts', () => {
  let campus: Campus
  before(async () => {
    campus = await openCampus()
  })
  after(() => campus.close())

  async function countAll(as: Record<string, string>, query = ''): Promise<number> {
    return ((await campus.call('GET', `/studys${query}`, as)).body as { count: number }).count
  }

  test('show finds an account by user name, student number or id, in this order', async () => {
    const ann = await campus.register('Ann 安')
    for (const who of ['Ann 安', 'ＡＮＮ 安', ann.studentNumber, String(ann.id)]) {
      const { code, output } = await campus.run(['show', who, '--json'])
      assert.equal(code, 0)
      assert.partialDeepStrictEqual(JSON.parse(output), { id: ann.id, username: 'Ann 安', records: 0 })
    }
    assert.match((await campus.run(['show', 'ann 安'])).output, /^user name {5}Ann 安$/m)
  })

  test('--by looks for one kind of name only', async () => {
    const bob = await campus.register('bob')
    await campus.register(bob.studentNumber)
    const shown = async (by: string) =>
      JSON.parse((await campus.run(['show', bob.studentNumber, '--by', by, '--json'])).output)
    assert.equal((await shown('student-number')).username, 'bob')
    assert.equal((await shown('user-name')).username, bob.studentNumber)
    assert.equal((await campus.run(['show', bob.studentNumber, '--by', 'id'])).code, 1)
    assert.equal((await campus.run(['show', 'bob', '--by', 'shoe-size'])).code, 2)
  })

  test('an account that does not exist is a failure with a one-line message', async () => {
    for (const words of [['show'], ['delete', '--yes'], ['reset-password', '--generate']]) {
      const { code, output, errors } = await campus.run([...words, 'nobody'])
      assert.equal(code, 1)
      assert.equal(output, '')
      assert.match(errors, /^[^\n]*no such account\n$/)
    }
  })

  test('list prints all accounts by id, from any id on, as lines of JSON or as a table', async () => {
    const [cid, dan] = [await campus.register('cid'), await campus.register('dan')]
    const { output, code } = await campus.run(['list', '--json', '--after', String(cid.id - 1), '--limit', '2'])
    assert.equal(code, 0)
    const lines = output.trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).id),
      [cid.id, dan.id],
    )
    assert.deepEqual(Object.keys(JSON.parse(lines[0] ?? '')), [
      'id',
      'username',
      'member_since',
      'last_seen',
      'records',
    ])
    const table = (await campus.run(['list'])).output.trimEnd().split('\n')
    const ids = table.slice(1).map((line) => Number(line.slice(0, 10)))
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    )
    assert.match(table.at(-1) ?? '', / 0 {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}dan$/)
  })

  test('reads a new password from standard input; the running service accepts it and no older token at once', async () => {
    const eve = await campus.register('eve')
    const token = ((await campus.call('GET', '/token', eve.as)).body as { token: string }).token
    assert.equal((await campus.call('GET', '/studys', bearer(token))).status, 200)
    const { code, output, errors } = await campus.run(['reset-password', 'eve'], 'a new 密码 for eve\n')
    assert.equal(code, 0, errors)
    assert.ok(!(output + errors).includes('a new'))
    assert.equal((await campus.call('GET', '/studys', bearer(token))).status, 401)
    assert.equal((await campus.call('GET', '/studys', eve.as)).status, 401)
    assert.equal((await campus.call('GET', '/studys', basic('eve', 'a new 密码 for eve'))).status, 200)
  })

  test('a generated password is the only output, and works', async () => {
    const fay = await campus.register('fay')
    const { code, output } = await campus.run(['reset-password', 'fay', '--generate'])
    assert.equal(code, 0)
    assert.match(output, /^([a-z2-9]{4}-){3}[a-z2-9]{4}\n$/)
    assert.equal((await campus.call('GET', '/token', basic('fay', output.trim()))).status, 200)
    const json = await campus.run(['reset-password', fay.studentNumber, '--generate', '--json'])
    assert.equal((await campus.call('GET', '/token', basic('fay', JSON.parse(json.output).password))).status, 200)
  })

  test('rejects a password that breaks the rules, and keeps the old one', async () => {
    const gus = await campus.register('gus-the-great')
    for (const [input, said] of [
      ['', /no password given/],
      // 图书馆的密码 in GBK, and a Latin letter in ISO 8859-1.
      [Buffer.from('cdbcca e9b9ddb5c4c3dcc2eb20313233340a'.replace(' ', ''), 'hex'), /not UTF-8/],
      [Buffer.from('crème brûlée\n', 'latin1'), /not UTF-8/],
      ['short\n', /8 to 1024 characters/],
      ['password123\n', /too common/],
      ['gus-the-great\n', /must not be the user name/],
    ] as const) {
      const { code, errors } = await campus.run(['reset-password', 'gus-the-great'], input)
      assert.equal(code, 1)
      assert.match(errors, said)
    }
    assert.equal((await campus.call('GET', '/token', gus.as)).status, 200)
  })

  test('delete removes the account, its records and their counts, and those of nobody else', async () => {
    const [hal, ida] = [await campus.register('hal'), await campus.register('ida')]
    await campus.call('POST', '/studys/', ida.as, { start_time: '2019-03-25 08:00:00' })
    const [all, running] = [await countAll(ida.as), await countAll(ida.as, '?running=true')]
    for (const start_time of ['2017-03-25 08:00:00', '2021-03-25 08:00:00', undefined]) {
      const { status } = await campus.call('POST', '/studys/', hal.as, start_time ? { start_time } : {})
      assert.equal(status, 201)
    }
    assert.deepEqual([await countAll(ida.as), await countAll(ida.as, '?running=true')], [all + 3, running + 1])
    const { code, output } = await campus.run(['delete', 'hal', '--yes', '--json'])
    assert.equal(code, 0)
    assert.deepEqual(JSON.parse(output), { id: hal.id, username: 'hal', records: 3 })
    assert.deepEqual([await countAll(ida.as), await countAll(ida.as, '?running=true')], [all, running])
    assert.equal((await campus.call('GET', '/studys', hal.as)).status, 401)
    assert.equal((await campus.call('GET', `/users/${hal.id}`, ida.as)).status, 404)
    const pages = await Promise.all(
      Array.from({ length: all }, (_, at) => campus.call('GET', `/studys?per_page=1&page=${at + 1}`, ida.as)),
    )
    for (const { body } of pages) assert.equal((body as { studys: unknown[] }).studys.length, 1)
  })

  test('a deleted student can register again, with another id', async () => {
    const jan = await campus.register('jan')
    assert.equal((await campus.run(['delete', 'jan', '--yes'])).code, 0)
    assert.ok((await campus.register('jan')).id > jan.id)
  })

  test('delete asks for confirmation, and requires --yes without a terminal', async () => {
    const kim = await campus.register('kim')
    const { code, errors } = await campus.run(['delete', 'kim'], 'y\n')
    assert.equal(code, 2)
    assert.match(errors, /--yes/)
    assert.equal((await campus.call('GET', '/token', kim.as)).status, 200)
  })

  test('does not create a missing database', async () => {
    const { code, errors } = await occupy(['accounts', 'list'], { DATABASE_URL: `file:${campus.folder}/none/x.sqlite` })
    assert.equal(code, 1)
    assert.match(errors, /^[^\n]*DATABASE_URL[^\n]*\n$/)
    assert.ok(!(await readdir(campus.folder)).includes('none'))
  })

  test('reports a wrong setting in one line that names it', async () => {
    const { code, errors } = await occupy(['accounts', 'list'], { ...campus.env, PORT: 'x' })
    assert.equal(code, 1)
    assert.match(errors, /^[^\n]*PORT[^\n]*\n$/)
  })
})
