import { hashPassword } from '../src/authentication/passwords/password-hash.ts'
import { readConfig } from '../src/config/read-config.ts'
import { createDerivedData } from '../src/derived-data.ts'
import { apiBase } from '../src/http/links.ts'
import { openDatabase } from '../src/server/open-storage.ts'
import { rebuildTotals } from '../src/statistics/maintenance/rebuild.service.ts'
import { openTarget } from '../src/tools/database-copy/open-target.ts'
import { seedUserName } from '../src/tools/seed/accounts.ts'
import { openSeedStore } from '../src/tools/seed/open-seed-store.ts'
import { seedDatabase } from '../src/tools/seed/seed.service.ts'

export interface BenchUser {
  id: number
  name: string
  password: string
  token: string
  /** The header `Cookie` of a browser that signed in. */
  cookie: string
  /** The campus day of the latest record, `YYYY-MM-DD`. */
  day: string
}

/** The data that the rows' requests refer to. */
export interface World {
  users: BenchUser[]
  /** The number of visible records. */
  records: number
  /** Ids of such records, evenly spread: enough to defeat caches of a few rows. They are the same in each run. */
  ids: number[]
  /** The first and the last of 365 campus days up to yesterday. */
  year: { from: string; to: string }
  /** The month in the middle of all records, in the API's time format. */
  month: { from: string; to: string }
  /** The query of the page in the middle, from the server's links. */
  middleCursor: string
  /** The query of the last page, as a link backwards from the end. */
  lastCursor: string
}

export const seedPassword = 'quiet reading room'
const day = 86_400
const years = 3
const userCount = 64
const idCount = 512
const timezone = 'Asia/Shanghai'
/** Seconds ahead of UTC. */
const offset = 8 * 3600

export interface Size {
  students: number
  records: number
}

/** Seeds a campus that ends now, so that some of its records are running. */
export async function seedWorld(
  databaseUrl: string,
  { students, records }: Size,
  progress: { onRecords?: (records: number) => void; onTotals?: (accounts: number) => void } = {},
  signal?: AbortSignal,
): Promise<void> {
  const until = Math.floor(Date.now() / 60_000) * 60
  const request = {
    students,
    records,
    seed: 7,
    from: until - years * 365 * day,
    until,
    timezone,
    limit: 16 * 3600,
  }
  const config = readConfig({ DATABASE_URL: databaseUrl })
  const store = await openSeedStore(config.database)
  try {
    await seedDatabase(store, {
      request,
      now: until,
      passwordHash: await hashPassword(seedPassword),
      onProgress: progress.onRecords,
      signal,
    })
  } finally {
    await store.close()
  }
  const storage = await openTarget(config.database)
  try {
    await rebuildTotals(storage, createDerivedData(config).totals, {
      onlyStale: true,
      onProgress: progress.onTotals,
      signal,
    })
  } finally {
    await storage.close()
  }
}

/** Gets from the server what the rows need. */
export async function fetchWorld(origin: string, size: Size): Promise<World> {
  const users = await fetchUsers(origin, size)
  const authorization = bearer(users[0])
  const page = (query: string) =>
    get<{ count: number; next: string | null; prev: string | null }>(
      `${origin}${apiBase}/studys?${query}`,
      authorization,
    )
  const { count } = await page('per_page=1')
  const { next } = await page(`page=${Math.floor(count / 40)}`)
  const { prev } = await page('page=1000000000')
  const now = Date.now() / 1000
  const centre = now - (years * 365 * day) / 2
  return {
    users,
    records: count,
    ids: await visibleIds(origin, size.records, users),
    month: { from: wireTime(centre - 15 * day), to: wireTime(centre + 15 * day) },
    year: { from: campusDay(now - 365 * day), to: campusDay(now - day) },
    middleCursor: new URL(next ?? origin).search,
    lastCursor: new URL(prev ?? origin).search,
  }
}

/** Spread over the whole campus, to include students with many records and with few. */
async function fetchUsers(origin: string, { students }: Size): Promise<BenchUser[]> {
  const users: BenchUser[] = []
  for (let index = 0; index < Math.min(userCount, students); index++) {
    const id = 1 + Math.floor((index * students) / Math.min(userCount, students))
    const name = seedUserName(id)
    const { token } = await get<{ token: string }>(`${origin}${apiBase}/token`, basic(name, seedPassword))
    const cookie = await signIn(origin, name)
    const user = { id, name, password: seedPassword, token, cookie }
    const latest = `${origin}${apiBase}/users/${id}/studys/?order=desc&per_page=1`
    const { studys } = await get<{ studys: { start_time: string }[] }>(latest, bearer(user))
    const startedAt = Date.parse(`${studys[0]?.start_time.replace(' ', 'T') ?? new Date().toISOString().slice(0, 19)}Z`)
    users.push({ ...user, day: campusDay(startedAt / 1000) })
  }
  return users
}

/** Two students read each record, because one of them could be its hidden owner. */
async function visibleIds(origin: string, records: number, users: BenchUser[]): Promise<number[]> {
  const isVisible = async (id: number) => {
    const url = `${origin}${apiBase}/studys/${id}`
    const looks = users.slice(0, 2).map((user) => fetch(url, { headers: { authorization: bearer(user) } }))
    const answers = await Promise.all(looks)
    await Promise.all(answers.map((answer) => answer.arrayBuffer()))
    return answers.every(({ ok }) => ok)
  }
  const ids: number[] = []
  for (let index = 0; index < idCount; index++) {
    let id = 1 + Math.floor((index * records) / idCount)
    while (id < records && !(await isVisible(id))) id++
    ids.push(id)
  }
  return ids
}

async function signIn(origin: string, username: string): Promise<string> {
  const answer = await fetch(`${origin}${apiBase}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ username, password: seedPassword }),
  })
  // An older release, measured beside this one, has no sessions.
  if (answer.status === 404) return ''
  if (!answer.ok) throw new Error(`signing in returned ${answer.status}`)
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}

async function get<T>(url: string, authorization: string): Promise<T> {
  const answer = await fetch(url, { headers: { authorization } })
  if (!answer.ok) throw new Error(`${url} returned ${answer.status}`)
  return (await answer.json()) as T
}

export function basic(name: string, secret: string): string {
  return `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
}

function bearer(user: Pick<BenchUser, 'token'> | undefined): string {
  return `Bearer ${user?.token}`
}

function campusDay(at: number): string {
  return wireTime(at + offset).slice(0, 10)
}

function wireTime(at: number): string {
  return new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

/** The numbers of acknowledged starts and ends that the database contains. */
export async function countKept(databaseUrl: string, started: number[], stopped: number[]) {
  const storage = openDatabase(readConfig({ DATABASE_URL: databaseUrl }).database)
  const count = async (ids: number[], ended: boolean) => {
    let found = 0
    for (let at = 0; at < ids.length; at += 10_000) {
      let query = storage.db.selectFrom('studies').where('id', 'in', ids.slice(at, at + 10_000))
      if (ended) query = query.where('ended_at', 'is not', null)
      found += Number((await query.select((eb) => eb.fn.countAll().as('count')).executeTakeFirstOrThrow()).count)
    }
    return found
  }
  try {
    return { started: await count(started, false), stopped: await count(stopped, true) }
  } finally {
    await storage.close()
  }
}
