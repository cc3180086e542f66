import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { connect as connectPlain } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Storage } from '../../src/storage/storage.ts'
import { errorText } from '../contract/assert-error.ts'
import { type Credentials, send } from '../contract/client.ts'
import { until } from '../support/patience.ts'
import { makePlace, spawnService } from '../support/running-service.ts'
import { type Service, startService } from '../support/service.ts'
import { type Modes, openModes } from '../transport/modes.ts'
import { accountWith, begin, openStorage, secret } from './exports.ts'

/** Far more than the buffers of sockets and streams hold. */
const many = 20_000

interface Exported {
  studys: { id: number; start_time: string }[]
}

describe('a running export', () => {
  let service: Service
  let storage: Storage
  let as: Credentials
  before(async () => {
    service = await startService({ SECRET: secret }, { limits: { writingMs: 1500, checkEveryMs: 50 } })
    storage = openStorage(service.place.databaseUrl)
    as = await accountWith(storage, many)
  })
  after(async () => {
    await storage.close()
    await service.close()
  })
  const exported = () => send('GET', `${service.address}/api/v1.0/users/me/export`, { as })
  const idsByStart = () => storage.db.selectFrom('studies').select('id').orderBy('started_at').orderBy('id').execute()

  test('contains every record that existed throughout exactly once, despite concurrent writes', async () => {
    const ids = (await idsByStart()).map(({ id }) => id)
    const [first = 0, second = 0] = ids
    const [removed = 0, last = 0] = ids.slice(-2)
    const answer = await begin(service.address, as)
    const move = (id: number, at: number) =>
      storage.db.updateTable('studies').set({ started_at: at, ended_at: at }).where('id', '=', id).execute()
    await move(first, Date.parse('2025-01-01T00:00:00Z') / 1000)
    await move(last, Date.parse('2019-01-01T00:00:00Z') / 1000)
    await storage.db.deleteFrom('studies').where('id', '=', removed).execute()
    const { studys } = JSON.parse(await text(answer)) as Exported
    const found = studys.map(({ id }) => id)
    assert.equal(new Set(found).size, found.length)
    assert.deepEqual(
      found,
      ids.filter((id) => id !== removed),
    )
    assert.ok(studys[1]?.id === second)
    assert.equal(studys.at(-1)?.start_time, '2019-01-01 00:00:00')
  })

  test('is one of two at once; a client that disconnects or does not read makes room for another', async () => {
    for (const leave of [true, false]) {
      const [one, other] = [await begin(service.address, as), await begin(service.address, as)]
      for (const answer of [one, other]) answer.on('error', () => undefined)
      const refused = await exported()
      assert.equal(refused.status, 429)
      assert.match(errorText(refused), /导出/)
      assert.equal(refused.headers.get('retry-after'), '5')
      assert.equal(refused.headers.get('ratelimit-policy'), '"exports";q=2;qu="concurrent-requests"')
      const others = await accountWith(storage, 1)
      assert.equal((await send('GET', `${service.address}/api/v1.0/users/me/export`, { as: others })).status, 200)
      if (leave) for (const answer of [one, other]) answer.destroy()
      await until(async () => (await exported()).status === 200, 'a place is free again')
      for (const answer of [one, other]) answer.destroy()
    }
  })

  test('makes room when nobody waits for it any more', async () => {
    const { hostname, port } = new URL(service.address)
    for (let time = 0; time < 20; time++) {
      const socket = connectPlain(Number(port), hostname).on('error', () => undefined)
      await once(socket, 'connect')
      const request = `GET /api/v1.0/users/me/export HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${as.authorization}\r\n\r\n`
      socket.write(request, () => (time % 2 ? socket.resetAndDestroy() : socket.destroy()))
      await once(socket, 'close')
    }
    await until(async () => {
      const two = await Promise.all([begin(service.address, as), begin(service.address, as)])
      for (const answer of two) answer.on('error', () => undefined).destroy()
      return two.every(({ statusCode }) => statusCode === 200)
    }, 'both places are free again')
  })
})

describe('an export that fails halfway', () => {
  let modes: Modes
  before(async () => {
    modes = await openModes({}, { SECRET: secret })
  })
  after(() => modes.close())

  test('never looks like a complete file, in any mode', async () => {
    for (const mode of modes.all) {
      const { place, address } = mode.service
      const storage = openStorage(place.databaseUrl)
      try {
        const as = await accountWith(storage, many)
        const rename = (from: string, to: string) => sql`alter table ${sql.table(from)} rename to ${sql.table(to)}`
        const breakOff = async () => {
          await rename('studies', 'gone').execute(storage.db)
          return () => rename('gone', 'studies').execute(storage.db)
        }
        const outcome = mode.isHttp2 ? await overHttp2(address, as, breakOff) : await over1(mode, as, breakOff)
        assert.equal(outcome, 'broken off', mode.name)
        await until(() => /no such table|does not exist/.test(mode.service.logged()), `${mode.name} logs why`)
      } finally {
        await storage.close()
      }
    }
  })
})

type BreakOff = () => Promise<() => Promise<unknown>>

async function over1(mode: Modes['all'][number], as: Credentials, breakOff: BreakOff): Promise<string> {
  const socket = await mode.connect()
  const host = new URL(mode.service.address).host
  socket.write(
    `GET /api/v1.0/users/me/export HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${as.authorization}\r\nConnection: close\r\n\r\n`,
  )
  await once(socket, 'readable')
  const repair = await breakOff()
  let [begun, end] = ['', '']
  // A chunked body is complete once its last, empty chunk is received.
  for await (const chunk of socket) {
    begun ||= chunk.toString('latin1')
    end = (end + chunk.toString('latin1')).slice(-64)
  }
  await repair()
  assert.match(begun, /^HTTP\/1.1 200 /)
  return end.endsWith('\r\n0\r\n\r\n') ? 'whole' : 'broken off'
}

async function overHttp2(address: string, as: Credentials, breakOff: BreakOff): Promise<string> {
  const session = connect(address, { rejectUnauthorized: false })
  session.on('error', () => undefined)
  const stream = session.request({ ':path': '/api/v1.0/users/me/export', ...as })
  await once(stream, 'response')
  const repair = await breakOff()
  const body = text(stream).catch(() => 'broken off')
  const [received] = await Promise.all([body, once(stream, 'close').catch(() => undefined)])
  await repair()
  session.destroy()
  return stream.rstCode !== 0 || received === 'broken off' ? 'broken off' : `complete, ends in ${received.slice(-20)}`
}

test('an export of many records needs no more memory than one of few, however slowly the client reads', {
  skip: process.platform !== 'linux' && 'reads /proc',
  timeout: 120_000,
}, async () => {
  const place = await makePlace()
  // With a small heap, so that memory in use can be distinguished from garbage.
  const NODE_OPTIONS = '--max-semi-space-size=1 --max-old-space-size=64'
  const service = await spawnService(place, { SECRET: secret, NODE_OPTIONS })
  const storage = openStorage(place.databaseUrl)
  try {
    const [few, lots] = [await accountWith(storage, 1000), await accountWith(storage, many)]
    for (let time = 0; time < 10; time++) await read(few)
    const before = peakOf(service.child.pid)
    const bytes = await read(lots, 4000)
    assert.ok(bytes > 30_000_000, `${bytes} bytes`)
    const grown = peakOf(service.child.pid) - before
    // A whole export in memory would exist as text and as bytes: at least 60 MB. Garbage has used 36.
    assert.ok(grown < 48 * 2 ** 20, `${grown} bytes more`)
  } finally {
    await storage.close()
    await service.end()
    await place.remove()
  }

  /** Pauses after each group of this many chunks. */
  async function read(as: Credentials, pauseEvery = 0): Promise<number> {
    let [bytes, chunks] = [0, 0]
    for await (const chunk of await begin(service.address, as)) {
      bytes += chunk.length
      if (pauseEvery > 0 && chunks++ % pauseEvery === 0) await setTimeout(50)
    }
    return bytes
  }
})

/** The maximum resident memory of the process so far, in bytes. */
function peakOf(pid: number | undefined): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}
