import { apiBase } from '../src/http/links.ts'
import type { LoadJob, WireRequest } from './wire.ts'
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
  flood?: (world: World) => NonNullable<LoadJob['flood']>
  requests(world: World): WireRequest[]
}

const get = (path: string, authorization?: string): WireRequest => ({
  method: 'GET',
  path: `${apiBase}${path}`,
  headers: authorization === undefined ? {} : { authorization },
})
const byToken = (token: string) => basic(token, '')

/** Enough different records to defeat caches of a few rows. They are the same in each run. */
function someIds({ records }: World): number[] {
  return Array.from({ length: 512 }, (_, index) => 1 + Math.floor((index * records) / 512))
}

function someRecords(world: World, authorization: (index: number) => string | undefined): WireRequest[] {
  return someIds(world).map((id, index) => get(`/studys/${id}`, authorization(index)))
}

const userOf = ({ users }: World, index: number) => users[index % users.length] as World['users'][number]
const tokenOf = (world: World) => (index: number) => byToken(userOf(world, index).token)
const passwordOf = (world: World) => (index: number) => basic(userOf(world, index).name, userOf(world, index).password)
const own = (world: World, query: string) =>
  world.users.map(({ id, token }) => get(`/users/${id}/studys/${query}`, byToken(token)))
const everyones = (world: World, query: string) =>
  world.users.map(({ token }) => get(`/studys${query}`, byToken(token)))
const starts = (world: World) =>
  world.users.map(({ token }): WireRequest => ({ ...get('/studys/', byToken(token)), method: 'POST' }))
const startsWithBody = (world: World) =>
  starts(world).map((request): WireRequest => {
    return { ...request, headers: { ...request.headers, 'content-type': 'application/json' }, body: '{}' }
  })

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
