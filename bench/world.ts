import { hashPassword } from '../src/authentication/password-hash.ts'
import { readConfig } from '../src/config/read-config.ts'
import { apiBase } from '../src/http/links.ts'
import { openDatabase } from '../src/server/open-storage.ts'
import { seedUserName } from '../src/tools/seed/accounts.ts'
import { openSeedStore } from '../src/tools/seed/open-seed-store.ts'
import { seedDatabase } from '../src/tools/seed/seed.service.ts'

export interface BenchUser {
  id: number
  name: string
  password: string
  token: string
}

/** The data that the rows' requests refer to. */
export interface World {
  users: BenchUser[]
  /** The record ids are 1 to this number. */
  records: number
  /** The middle month of all records, in the API's time format. */
  month: { from: string; to: string }
  /** The query of the page in the middle, from the server's links. */
  middleCursor: string
  /** The query of the last page, as a link backwards from the end. */
  lastCursor: string
}

const password = 'quiet reading room'
const day = 86_400
const years = 3
const userCount = 64

export interface Size {
  students: number
  records: number
}

/** Seeds a campus that ends now, so that some of its records are running. */
export async function seedWorld(
  databaseUrl: string,
  { students, records }: Size,
  onProgress?: (records: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const until = Math.floor(Date.now() / 60_000) * 60
  const wish = {
    students,
    records,
    seed: 7,
    from: until - years * 365 * day,
    until,
    timezone: 'Asia/Shanghai',
    limit: 16 * 3600,
  }
  const store = await openSeedStore(readConfig({ DATABASE_URL: databaseUrl }).database)
  try {
    await seedDatabase(store, { wish, now: until, passwordHash: await hashPassword(password), onProgress, signal })
  } finally {
    await store.close()
  }
}

/** Gets from the server what the rows need. */
export async function meetWorld(origin: string, { students, records }: Size): Promise<World> {
  const users: BenchUser[] = []
  for (let index = 0; index < Math.min(userCount, students); index++) {
    // Spread over the whole campus, to include students with many records and with few.
    const id = 1 + Math.floor((index * students) / Math.min(userCount, students))
    const name = seedUserName(id)
    const { token } = await get<{ token: string }>(`${origin}${apiBase}/token`, basic(name, password))
    users.push({ id, name, password, token })
  }
  const authorization = `Bearer ${users[0]?.token}`
  const middle = Math.floor(records / 40)
  const page = (query: string) =>
    get<{ next: string | null; prev: string | null }>(`${origin}${apiBase}/studys?${query}`, authorization)
  const { next } = await page(`page=${middle}`)
  const { prev } = await page('page=1000000000')
  const centre = Date.now() / 1000 - (years * 365 * day) / 2
  return {
    users,
    records,
    month: { from: wireTime(centre - 15 * day), to: wireTime(centre + 15 * day) },
    middleCursor: new URL(next ?? origin).search,
    lastCursor: new URL(prev ?? origin).search,
  }
}

async function get<T>(url: string, authorization: string): Promise<T> {
  const answer = await fetch(url, { headers: { authorization } })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return (await answer.json()) as T
}

export function basic(name: string, secret: string): string {
  return `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
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
