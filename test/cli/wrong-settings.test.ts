import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { failToStart, main, makePlace, type Place, type Settings, spawnService } from '../support/running-service.ts'

/** Errors that are found only at start-up; src/config/read-config.test.ts tests the syntax. */
const wrong: readonly (readonly [variable: string, settings: Settings])[] = [
  ['PORT', { PORT: 'eighty' }],
  ['DATABASE_URL', { DATABASE_URL: 'file:/dev/null/x.sqlite' }],
  ['DATABASE_URL', { DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/none' }],
  ['DATABASE_URL', { DATABASE_URL: 'postgres://nobody:x@no-such-host.invalid/none' }],
  ['HOST', { HOST: 'no-such-host.invalid', PUBLIC_URL: 'https://example.com', ALLOW_DEMO_SCHOOL: '1' }],
  ['TLS_CERT', { TLS_CERT: '/nowhere/cert.pem', TLS_KEY: '/nowhere/key.pem' }],
  ['TLS_KEY', { TLS_CERT: '/dev/null', TLS_KEY: '/nowhere/key.pem' }],
  ['TLS_CERT', { TLS_CERT: main, TLS_KEY: main }],
  ['THROTTLE', { THROTTLE: 'off', HOST: '0.0.0.0', PUBLIC_URL: 'https://example.com', ALLOW_DEMO_SCHOOL: '1' }],
  ['SCHOOL_URL', { SCHOOL: 'cas', SCHOOL_URL: 'http://cas.example.edu/cas' }],
  ['SECRET', { SECRET: 'x'.repeat(31) }],
  ['CORS_ORIGINS', { CORS_ORIGINS: 'https://app.example.edu/path' }],
]

describe('starting with an invalid setting', { concurrency: 2 }, () => {
  for (const [variable, settings] of wrong) {
    test(`exits with 1 and one line that names ${variable}: ${JSON.stringify(settings)}`, () =>
      withPlace((place) => assertRefused(place, settings, variable)))
  }

  test('names the used port, and every invalid variable at once', () =>
    withPlace(async (place) => {
      const first = await spawnService(place)
      await assertRefused(place, { PORT: new URL(first.address).port }, 'PORT')
      await first.end()
      for (const variable of ['PORT', 'LOG_LEVEL']) {
        await assertRefused(place, { PORT: 'x', LOG_LEVEL: 'x' }, variable)
      }
    }))

  test('names a file that is not a database', () =>
    withPlace(async (place) => {
      const file = join(place.folder, 'notes.txt')
      await writeFile(file, 'not a database, but a long text that somebody keeps here\n'.repeat(100))
      await assertRefused(place, { DATABASE_URL: `file:${file}` }, 'DATABASE_URL')
    }))

  test('names a misspelt setting in .env, for every command, and an unreadable .env', () =>
    withPlace(async (place) => {
      const file = join(place.folder, '.env')
      await writeFile(file, 'SCHOL=kingosoft\n')
      await assertRefused(place, {}, 'SCHOL')
      await rm(file)
      await mkdir(file)
      await assertRefused(place, {}, '.env')
    }))

  test('names a secret emptied by a power cut', () =>
    withPlace(async (place) => {
      await writeFile(join(place.folder, 'secret'), '')
      await assertRefused(place, {}, 'secret: is empty')
    }))

  test('names the database that a newer version created', () =>
    withPlace(async (place) => {
      await (await spawnService(place)).end()
      const database = new DatabaseSync(place.databaseUrl.slice('file:'.length))
      database.exec("insert into kysely_migration (name, timestamp) values ('2999-01-01-the-future', '2999')")
      database.close()
      await assertRefused(place, {}, 'DATABASE_URL')
    }))
})

async function withPlace(work: (place: Place) => Promise<void>): Promise<void> {
  const place = await makePlace()
  try {
    await work(place)
  } finally {
    await place.remove()
  }
}

async function assertRefused(place: Place, settings: Settings, variable: string): Promise<void> {
  const { code, said } = await failToStart(place, settings)
  assert.equal(code, 1, said)
  const lines = said
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('{"level":'))
  assert.equal(lines.length, 1, said)
  assert.match(lines[0] ?? '', new RegExp(`(^|\\W)${variable.replace('.', '\\.')}\\b`))
}
