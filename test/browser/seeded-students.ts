import { sql } from 'kysely'
import type { BrowserContext, Page } from 'playwright-core'
import type { AccountId } from '../../src/accounts/account.ts'
import { hashPassword } from '../../src/authentication/passwords/password-hash.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import { seedUserName } from '../../src/tools/seed/accounts.ts'
import { openSeedStore } from '../../src/tools/seed/open-seed-store.ts'
import { seedDatabase } from '../../src/tools/seed/seed.service.ts'
import { send } from '../contract/client.ts'
import { type SlowRecord, slowTotals, storedRecords } from '../statistics/slow-totals.ts'
import { later, midnight, timezone } from './noon-campus.ts'

const password = '图书馆里真的很安静'
const [hour, day] = [3600, 86_400]
const [limit, boardDay, streakSeconds] = [16 * hour, 16 * hour, 900]
const students = 50
/** All times are multiples of this step: seconds matter, and the slow count still has few steps. */
const step = 10

/** Students with three months of records, in the empty database. Any running record has reached its limit by now. */
export async function seedStudents(databaseUrl: string): Promise<string> {
  const until = Math.floor(Date.now() / 1000) - limit - hour
  const request = { students, records: 30 * students, seed: 15, from: until - 80 * day, until, timezone, limit }
  const store = await openSeedStore(readConfig({ DATABASE_URL: databaseUrl }).database)
  await seedDatabase(store, { request, now: until, passwordHash: await hashPassword(password) })
  await store.close()
  await roundTimes(databaseUrl)
  return databaseUrl
}

async function roundTimes(databaseUrl: string): Promise<void> {
  const storage = openDatabase(readConfig({ DATABASE_URL: databaseUrl }).database)
  const times = ['started_at', 'ended_at', 'seen_from', 'seen_to', 'heartbeat_at']
  const rounded = times.map((name) => sql`${sql.ref(name)} = ${sql.ref(name)} - ${sql.ref(name)} % ${sql.lit(step)}`)
  await storage.write((tx) => sql`update studies set ${sql.join(rounded)}`.execute(tx))
  await storage.close()
}

/** Their records, once records that ran too long are ended in the database. */
export async function recordsOfStudents(databaseUrl: string, address: string, count: number): Promise<SlowRecord[][]> {
  const session = await openSession(address, 1)
  await send('GET', `${address}/api/v1.0/studys?running=true`, { headers: { cookie: session.cookie } })
  const storage = openDatabase(readConfig({ DATABASE_URL: databaseUrl }).database)
  const ids = Array.from({ length: count }, (_, at) => (at + 1) as AccountId)
  const records = await Promise.all(ids.map((id) => storedRecords(storage.db, id)))
  await storage.close()
  return records
}

export interface Session {
  cookie: string
  account: { id: number; username: string }
}

export async function openSession(address: string, id: number): Promise<Session> {
  const username = seedUserName(id)
  const { headers } = await send('POST', `${address}/api/v1.0/session`, {
    json: { username, password },
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  return { cookie: headers.get('set-cookie')?.split(';')[0] ?? '', account: { id, username } }
}

/** The same as signing in by the form, in a page of the service. */
export async function takeSession(context: BrowserContext, page: Page, { cookie, account }: Session): Promise<void> {
  const { origin } = new URL(page.url())
  const [name = '', value = ''] = cookie.split('=')
  await context.addCookies([{ name, value, url: origin, httpOnly: true, sameSite: 'Strict' }])
  await page.evaluate(`localStorage.setItem('account', ${JSON.stringify(JSON.stringify(account))})`)
  await page.goto(origin)
}

/** The totals of a student's records, counted step by step. */
export function createOracle(records: readonly SlowRecord[], today: string) {
  const days = slowTotals(records, timezone, step)
  const secondsOf = (which: string) => days.get(which)?.seconds ?? 0

  function streak(): number {
    const counts = (which: string) => secondsOf(which) >= streakSeconds
    let length = 0
    for (let at = counts(today) ? today : later(today, -1); counts(at); at = later(at, -1)) length++
    return length
  }

  function statistics(from: string, to: string) {
    const all = daysFrom(from, to)
    const total = all.reduce((sum, which) => sum + secondsOf(which), 0)
    const subjects = new Map<string | null, number>()
    for (const which of all)
      for (const [subject, seconds] of Object.entries(days.get(which)?.subjects ?? {}))
        subjects.set(JSON.parse(subject), (subjects.get(JSON.parse(subject)) ?? 0) + seconds)
    return {
      days: all.map((which) => ({ day: which, seconds: secondsOf(which) })),
      total_seconds: total,
      average_seconds: Math.floor(total / all.length),
      longest_seconds: longest(from, to),
      subjects: [...subjects]
        .map(([subject, seconds]) => ({ subject, seconds }))
        .sort((a, b) => b.seconds - a.seconds || ((a.subject ?? '') < (b.subject ?? '') ? -1 : 1)),
    }
  }

  function longest(from: string, to: string): number {
    const [least, most] = [midnight(from), midnight(later(to, 1))]
    return Math.max(0, ...records.map(({ start, end }) => Math.min(end, most) - Math.max(start, least)))
  }

  const ledger = (which: string) => ({
    seconds: secondsOf(which),
    board_seconds: Math.min(days.get(which)?.seen ?? 0, boardDay),
  })
  const firstDay = [...days.keys()].sort()[0] ?? today
  return { firstDay, streak, statistics, ledger }
}

export function daysFrom(from: string, to: string): string[] {
  const count = (Date.parse(to) - Date.parse(from)) / (day * 1000) + 1
  return Array.from({ length: count }, (_, at) => later(from, at))
}
