import assert from 'node:assert/strict'
import type { Reply } from './client.ts'
import { assertTime, instant } from './wire-time.ts'

export interface User {
  username: string
  url: string
  studys: string
  member_since: string
  last_seen: string
}

export interface StudyRecord {
  id: number
  url: string
  creator: string
  start_time: string
  end_time: string | null
}

export interface Page {
  count: number
  next: string | null
  prev: string | null
  studys: StudyRecord[]
}

const ORIGIN = 'https?://[^/?#]+'

export function userOf(reply: Reply, status = 200): User {
  const user = object(reply, status, ['last_seen', 'member_since', 'studys', 'url', 'username'])
  const { username, url, studys, member_since, last_seen } = user
  assert.ok(typeof username === 'string' && typeof url === 'string' && typeof studys === 'string')
  assert.match(url, new RegExp(`^${ORIGIN}/api/v1\\.0/users/\\d+$`))
  assert.equal(studys, `${url}/studys/`)
  assertTime(member_since)
  assertTime(last_seen)
  return { username, url, studys, member_since, last_seen }
}

export function recordOf(reply: Reply, status = 200): StudyRecord {
  return record(object(reply, status, RECORD_KEYS))
}

export function pageOf(reply: Reply): Page {
  const { count, next, prev, studys } = object(reply, 200, ['count', 'next', 'prev', 'studys'])
  assert.ok(typeof count === 'number' && Number.isSafeInteger(count) && count >= 0)
  assertLink(next)
  assertLink(prev)
  assert.ok(Array.isArray(studys))
  return { count, next, prev, studys: studys.map((item: unknown) => record(withKeys(item, RECORD_KEYS))) }
}

export function tokenOf(reply: Reply): { token: string; expiration: number } {
  const { token, expiration } = object(reply, 200, ['expiration', 'token'])
  assert.ok(typeof token === 'string' && token !== '' && typeof expiration === 'number')
  return { token, expiration }
}

export function idOf(url: string): number {
  return Number(url.slice(url.lastIndexOf('/') + 1))
}

const RECORD_KEYS = ['creator', 'end_time', 'id', 'start_time', 'url']

function record({ id, url, creator, start_time, end_time }: Record<string, unknown>): StudyRecord {
  assert.ok(typeof id === 'number' && Number.isSafeInteger(id))
  assert.ok(typeof url === 'string' && typeof creator === 'string')
  assert.match(url, new RegExp(`^${ORIGIN}/api/v1\\.0/studys/${id}$`))
  assert.match(creator, new RegExp(`^${ORIGIN}/api/v1\\.0/users/\\d+$`))
  assertTime(start_time)
  if (end_time === null) return { id, url, creator, start_time, end_time }
  assertTime(end_time)
  assert.ok(instant(end_time) >= instant(start_time), `record ${id} ends before it starts`)
  return { id, url, creator, start_time, end_time }
}

function assertLink(link: unknown): asserts link is string | null {
  if (link === null) return
  assert.ok(typeof link === 'string')
  assert.match(link, new RegExp(`^${ORIGIN}/api/v1\\.0/`))
}

function object(reply: Reply, status: number, keys: string[]): Record<string, unknown> {
  assert.equal(reply.status, status, reply.text)
  assert.match(reply.headers.get('content-type') ?? '', /^application\/json(;|$)/)
  return withKeys(reply.body, keys)
}

function withKeys(value: unknown, keys: string[]): Record<string, unknown> {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), 'expected a JSON object')
  assert.deepEqual(Object.keys(value).sort(), keys)
  return Object.fromEntries(Object.entries(value))
}
