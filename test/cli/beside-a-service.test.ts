import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Command } from 'commander'
import { createProgram } from '../../src/cli/program.ts'
import { drawCaptcha } from '../../src/tools/simulated-school/captcha/captcha-image.ts'
import { seededRandom } from '../../src/tools/simulated-school/random.ts'
import { startSimulatedSchool } from '../../src/tools/simulated-school/simulated-school.ts'
import { drawOthers, otherCells } from '../captcha/other-school.ts'
import { main, type Place, type SpawnedService, spawnService } from '../support/running-service.ts'
import { occupy } from './command-line.ts'

const folderUrl = (place: Place, name: string) => `file:${join(place.folder, name)}`
const path = (place: Place, name: string) => join(place.folder, name)

const password = 'quiet-reading-room'
const resetPassword = 'a quieter reading room'

interface Row {
  /** The arguments after the command's name. */
  words?: (place: Place) => string[]
  input?: string
  code: number
  /** On standard output, or on standard error if it fails. */
  says: RegExp
  /** The statuses of later logins with the old password and with the reset one. */
  logins?: [old: number, reset: number]
}

const inUse = /^[^\n]+in use: stop the service[^\n]+\n$/
const prepared: Record<string, (place: Place) => Promise<void>> = {
  captcha: (place) => writeFile(path(place, '4567.jpg'), drawCaptcha('4567', seededRandom(31))),
  'captcha learn': async (place) => {
    await mkdir(path(place, 'labelled'))
    for (const [index, { label, image }] of drawOthers(30, seededRandom(41)).entries())
      await writeFile(join(path(place, 'labelled'), `${label}-${index}.jpg`), image)
  },
  restore: async (place) => {
    const backup = await occupy(['backup', path(place, 'kept.sqlite')], { DATABASE_URL: place.databaseUrl })
    assert.equal(backup.code, 0, backup.errors)
  },
}

/** What each command does beside a running service. Commands that serve have their own tests below. */
const rows: Record<string, Row | Row[] | 'below'> = {
  serve: 'below',
  migrate: { code: 0, says: /already up to date\n$/ },
  'migrate-data': [
    {
      words: (place) => ['--from', place.databaseUrl, '--to', folderUrl(place, 'other.sqlite')],
      code: 1,
      says: inUse,
    },
    {
      words: (place) => ['--from', folderUrl(place, 'source.sqlite'), '--to', place.databaseUrl],
      code: 1,
      says: inUse,
    },
  ],
  backup: { words: (place) => [path(place, 'backup.sqlite')], code: 0, says: /backed up: [^\n]+secret: [^\n]+\n$/ },
  restore: { words: (place) => [path(place, 'kept.sqlite')], code: 1, says: inUse },
  'accounts list': { code: 0, says: /bllli/ },
  'accounts show': { words: () => ['bllli'], code: 0, says: /bllli/ },
  'accounts reset-password': {
    words: () => ['bllli'],
    input: `${resetPassword}\n`,
    code: 0,
    says: /^$/,
    logins: [401, 200],
  },
  'accounts delete': { words: () => ['bllli', '--yes'], code: 0, says: /bllli/, logins: [401, 401] },
  'tokens revoke-all': { code: 0, says: /^$/ },
  'stats verify': { code: 0, says: /totals are right: \d+ accounts\n$/ },
  'stats rebuild': { code: 0, says: /recomputed all totals: \d+ accounts\n$/ },
  openapi: { code: 0, says: /"openapi": "3\.1/ },
  seed: { words: () => ['--students', '5', '--records', '5'], code: 1, says: inUse },
  captcha: { words: (place) => [path(place, '4567.jpg')], code: 0, says: /4567/ },
  'captcha learn': {
    words: (place) => [
      path(place, 'labelled'),
      ...['--cells', otherCells, '--ink', 'light', '--output', path(place, 'profile.json')],
    ],
    code: 0,
    says: /30 of 30/,
  },
  'school serve': 'below',
  'school check': 'below',
}

let place: Place
let service: SpawnedService

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-beside-'))
  place = {
    folder,
    databaseUrl: `file:${join(folder, 'served.sqlite')}`,
    remove: () => rm(folder, { recursive: true }),
  }
  service = await spawnService(place)
  const body = { username: 'bllli', password, stu_id: '2017010101', stu_pwd: 'library' }
  const headers = { 'content-type': 'application/json' }
  const registered = await fetch(`${service.address}/api/v1.0/register`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  assert.equal(registered.status, 201)
  const migrated = await occupy(['migrate'], { DATABASE_URL: folderUrl(place, 'source.sqlite') })
  assert.equal(migrated.code, 0, migrated.errors)
})

after(async () => {
  await service.end()
  await place.remove()
})

test('every command has a row', async () => {
  const leaves = (command: Command, name: string): string[] => {
    const parts = command.commands.flatMap((part) => leaves(part, `${name} ${part.name()}`.trim()))
    // `captcha` is also a command by itself.
    const isLeaf = parts.length === 0 || command.registeredArguments.length > 0
    return isLeaf ? [name, ...parts] : parts
  }
  assert.deepEqual(leaves(await createProgram({}), '').sort(), Object.keys(rows).sort())
})

for (const [name, row] of Object.entries(rows)) {
  for (const [index, { words, input, code, says, logins }] of (row === 'below' ? [] : [row].flat()).entries()) {
    test(`occupy ${name}${index > 0 ? ', the other way' : ''}, ${code === 0 ? 'works' : 'is refused'} beside a running service`, async () => {
      await prepared[name]?.(place)
      const command = [...name.split(' '), ...(words?.(place) ?? [])]
      const outcome = await occupy(command, { DATABASE_URL: place.databaseUrl }, input)
      assert.equal(outcome.code, code, `${outcome.output}${outcome.errors}`)
      assert.match(code === 0 ? outcome.output : outcome.errors, says)
      assert.equal((await fetch(`${service.address}/readyz`)).status, 200)
      if (logins !== undefined) assert.deepEqual([await login(password), await login(resetPassword)], logins)
    })
  }
}

async function login(secret: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`bllli:${secret}`).toString('base64')}`
  return (await fetch(`${service.address}/api/v1.0/token`, { headers: { authorization } })).status
}

const listening = ({ said }: SpawnedService) =>
  said()
    .split('\n')
    .filter((line) => line.includes('"msg":"listening"'))
    .map((line) => JSON.parse(line) as { alone: boolean })

test('a second service on the same file says that it is not alone; the first one does not', async () => {
  const second = await spawnService(place)
  const answer = await fetch(`${second.address}/readyz`)
  assert.equal(await second.end(), 0)
  assert.equal(answer.status, 200)
  assert.match(second.said(), /in use by another process/)
  assert.doesNotMatch(service.said(), /in use by another process/)
  assert.deepEqual(
    listening(second).map(({ alone }) => alone),
    [false],
  )
})

test('workers do not count as other services, and all see another service', async () => {
  const own = { ...place, databaseUrl: folderUrl(place, 'own.sqlite') }
  const alone = await spawnService(own, { WORKERS: '2' })
  const beside = await spawnService(own, { WORKERS: '2' })
  const refused = await occupy(['seed', '--students', '5', '--records', '5'], { DATABASE_URL: own.databaseUrl })
  await Promise.all([alone.end(), beside.end()])
  assert.doesNotMatch(alone.said(), /in use by another process/)
  assert.ok(listening(alone).every((line) => line.alone))
  assert.match(beside.said(), /in use by another process/)
  assert.ok(listening(beside).every((line) => !line.alone))
  assert.match(refused.errors, inUse)
})

test('the simulated school runs beside a service', async () => {
  const school = spawn(process.execPath, [main, 'school', 'serve', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = once(school, 'exit')
  const [said] = (await once(school.stdout, 'data')) as [Buffer]
  const page = await fetch(/http:\/\/127\.0\.0\.1:\d+\S*/.exec(String(said))?.[0] ?? assert.fail(String(said)))
  school.kill('SIGTERM')
  assert.deepEqual([page.status, ...(await exit)], [200, 0, null])
})

test('a school check runs beside a service', async () => {
  const school = await startSimulatedSchool({})
  try {
    const env = { DATABASE_URL: place.databaseUrl, SCHOOL: 'kingosoft', SCHOOL_URL: school.url }
    const { code, output, errors } = await occupy(['school', 'check'], env, '2017010101\nlibrary\n')
    assert.equal(code, 0, `${output}${errors}`)
  } finally {
    await school.close()
  }
})
