import { apiBase } from '../src/http/links.ts'
import { batchKeyStem, type LoadJob, type WireRequest } from './wire.ts'
import { basic, type World } from './world.ts'

/** One line of a table. Add one for each new route. */
export interface Row {
  name: string
  /** The tables that contain it: comparison with the bare server, comparison of a small and a large database. */
  tables: ('bare' | 'scale')[]
  /** The expected status of every response. */
  status: number
  /** The minimum ratio to the bare server, if there is a target. */
  target?: number
  writes?: LoadJob['writes']
  /** Each connection sends requests of a different student. */
  each?: LoadJob['each']
  /** Sent once before the measurement, to the real server. */
  prepare?(world: World): WireRequest[]
  flood?: (world: World) => NonNullable<LoadJob['flood']>
  requests(world: World): WireRequest[]
}

const get = (path: string, authorization?: string): WireRequest => ({
  method: 'GET',
  path: `${apiBase}${path}`,
  headers: authorization === undefined ? {} : { authorization },
})
const byToken = (token: string) => basic(token, '')

function someRecords(world: World, authorization: (index: number) => string | undefined): WireRequest[] {
  return world.ids.map((id, index) => get(`/studys/${id}`, authorization(index)))
}

const userOf = ({ users }: World, index: number) => users[index % users.length] as World['users'][number]
const tokenOf = (world: World) => (index: number) => byToken(userOf(world, index).token)
const passwordOf = (world: World) => (index: number) => basic(userOf(world, index).name, userOf(world, index).password)
const own = (world: World, query: string) =>
  world.users.map(({ id, token }) => get(`/users/${id}/studys/${query}`, byToken(token)))
const everyones = (world: World, query: string) =>
  world.users.map(({ token }) => get(`/studys${query}`, byToken(token)))
const boards = (world: World, period: string, query = '') =>
  world.users.map(({ token }) => get(`/leaderboards/${period}${query}`, byToken(token)))
const starts = (world: World) =>
  world.users.map(({ token }): WireRequest => ({ ...get('/studys/', byToken(token)), method: 'POST' }))
const startsWithBody = (world: World) =>
  starts(world).map((request): WireRequest => {
    return { ...request, headers: { ...request.headers, 'content-type': 'application/json' }, body: '{}' }
  })

/** Fifty records that were started and ended offline. */
const offlineItems = Array.from({ length: 50 }, (_, at) => {
  const day = `2016-${String(1 + Math.floor(at / 25)).padStart(2, '0')}-${String(1 + (at % 25)).padStart(2, '0')}`
  const start = `${batchKeyStem} ${at}`
  return [
    { key: start, action: 'start', start_time: `${day} 08:00:00`, subject: '高等数学' },
    { key: `${start} end`, action: 'end', record_key: start, end_time: `${day} 09:30:00` },
  ]
}).flat()
const batches = (world: World) =>
  world.users.map(({ token }): WireRequest => {
    const { path, headers } = get('/studys/batch', byToken(token))
    const body = JSON.stringify({ items: offlineItems })
    return { method: 'POST', path, headers: { ...headers, 'content-type': 'application/json' }, body }
  })
const ownChanges = (world: World) => world.users.map(({ token }) => get('/users/me/changes', byToken(token)))

export const rows: Row[] = [
  {
    name: 'record by id, token',
    tables: ['bare', 'scale'],
    status: 200,
    target: 0.6,
    requests: (world) => someRecords(world, tokenOf(world)),
  },
  {
    name: 'record by id, password',
    tables: ['bare'],
    status: 200,
    target: 0.55,
    requests: (world) => someRecords(world, passwordOf(world)),
  },
  {
    name: 'record by id, session cookie',
    tables: ['bare'],
    status: 200,
    // 0.9 of the row by token.
    target: 0.54,
    requests: (world) =>
      world.ids.map((id, index) => ({ ...get(`/studys/${id}`), headers: { cookie: userOf(world, index).cookie } })),
  },
  { name: 'own page of 20', tables: ['bare', 'scale'], status: 200, target: 0.3, requests: (world) => own(world, '') },
  {
    name: 'own page, newest first',
    tables: ['scale'],
    status: 200,
    requests: (world) => own(world, '?order=desc'),
  },
  {
    name: 'own page, from and to',
    tables: ['scale'],
    status: 200,
    requests: (world) => own(world, `?${new URLSearchParams(world.month)}`),
  },
  {
    name: "everyone's page, first",
    tables: ['bare', 'scale'],
    status: 200,
    requests: (world) => everyones(world, ''),
  },
  {
    name: "everyone's page, middle by number",
    tables: ['scale'],
    status: 200,
    requests: (world) => everyones(world, `?page=${Math.floor(world.records / 40)}`),
  },
  {
    name: "everyone's page, middle by link",
    tables: ['scale'],
    status: 200,
    requests: (world) => everyones(world, world.middleCursor),
  },
  {
    name: "everyone's page, last by number",
    tables: ['scale'],
    status: 200,
    requests: (world) => everyones(world, `?page=${Math.floor((world.records - 1) / 20) + 1}`),
  },
  {
    name: "everyone's page, last by link",
    tables: ['scale'],
    status: 200,
    requests: (world) => everyones(world, world.lastCursor),
  },
  { name: 'running ones', tables: ['scale'], status: 200, requests: (world) => everyones(world, '?running=true') },
  {
    name: 'statistics of a year',
    tables: ['bare', 'scale'],
    status: 200,
    target: 0.15,
    requests: (world) => {
      const year = new URLSearchParams(world.year)
      return world.users.map(({ id, token }) => get(`/users/${id}/statistics?${year}`, byToken(token)))
    },
  },
  {
    name: 'own ledger of a day',
    tables: ['bare', 'scale'],
    status: 200,
    requests: ({ users }) => users.map(({ day, token }) => get(`/users/me/ledger?day=${day}`, byToken(token))),
  },
  {
    name: 'heartbeat',
    tables: ['bare', 'scale'],
    status: 204,
    target: 0.3,
    prepare: starts,
    requests: ({ users }) =>
      users.map(({ token }): WireRequest => ({ ...get('/studys/running/heartbeat', byToken(token)), method: 'POST' })),
  },
  {
    // Not on a larger campus, where the response itself is longer. An account can run two exports at once.
    name: 'own export, JSON',
    tables: ['bare'],
    status: 200,
    each: 'student',
    requests: ({ users }) => users.map(({ token }) => get('/users/me/export', byToken(token))),
  },
  {
    name: 'board page',
    tables: ['bare', 'scale'],
    status: 200,
    target: 0.3,
    requests: (world) => boards(world, 'month'),
  },
  {
    // It is part of every page, and is never cached.
    name: 'own rank',
    tables: ['bare', 'scale'],
    status: 200,
    target: 0.3,
    requests: (world) => boards(world, 'week', '?per_page=1'),
  },
  {
    name: 'live, as JSON',
    tables: ['bare', 'scale'],
    status: 200,
    requests: ({ users }) => users.map(({ token }) => get('/live', byToken(token))),
  },
  {
    name: 'who studies now, first page',
    tables: ['bare', 'scale'],
    status: 200,
    requests: ({ users }) => users.map(({ token }) => get('/live/students', byToken(token))),
  },
  { name: 'start', tables: ['bare', 'scale'], status: 201, target: 0.15, writes: 'start', requests: starts },
  {
    name: 'start, JSON body',
    tables: ['bare'],
    status: 201,
    target: 0.17,
    writes: 'start',
    requests: startsWithBody,
  },
  {
    name: 'start and stop in turn',
    tables: ['bare', 'scale'],
    status: 0,
    target: 0.15,
    writes: 'stop',
    requests: starts,
  },
  { name: 'batch of 100', tables: ['bare', 'scale'], status: 200, writes: 'batch', requests: batches },
  { name: 'own changes, first page of 100', tables: ['scale'], status: 200, requests: ownChanges },
  {
    name: 'token issue',
    tables: ['bare'],
    status: 200,
    requests: ({ users }) => users.map(({ name, password }) => get('/token', basic(name, password))),
  },
  {
    name: '404, no such record',
    tables: ['bare'],
    status: 404,
    requests: ({ users }) => users.map(({ token }) => get('/studys/999999999999', byToken(token))),
  },
  {
    name: '401, no credentials',
    tables: ['bare'],
    status: 401,
    requests: (world) => someRecords(world, () => undefined),
  },
  {
    name: 'record by id, token, in a flood of wrong passwords',
    tables: ['bare'],
    status: 200,
    flood: ({ users }) => ({
      perSecond: 500,
      requests: users.map(({ name }, index) => get('/studys/1', basic(name, `wrong password ${index}`))),
    }),
    requests: (world) => someRecords(world, tokenOf(world)),
  },
]
