import assert from 'node:assert/strict'
import type { Reply } from './client.ts'
import type { StudyRecord } from './resources.ts'
import { assertTime, instant } from './wire-time.ts'

/** A record as its owner gets it. */
export interface OwnRecord extends StudyRecord {
  subject: string | null
  note: string | null
  seconds: number
  ended_by: 'owner' | 'next start' | 'idle' | 'limit' | null
  self_reported: boolean
  elapsed_seconds?: number
  server_time?: string
}

const KEYS = [
  'creator',
  'end_time',
  'ended_by',
  'id',
  'note',
  'seconds',
  'self_reported',
  'start_time',
  'subject',
  'url',
]

export function ownOf(reply: Reply, status = 200): OwnRecord {
  assert.equal(reply.status, status, reply.text)
  const record = reply.body as OwnRecord
  const running = record.end_time === null
  assert.deepEqual(Object.keys(record).sort(), [...KEYS, ...(running ? ['elapsed_seconds', 'server_time'] : [])].sort())
  const { start_time, end_time, seconds, ended_by, elapsed_seconds, server_time } = record
  if (end_time !== null) assert.equal(seconds, (instant(end_time) - instant(start_time)) / 1000)
  else assert.equal(seconds, elapsed_seconds)
  assert.equal(ended_by === null, running)
  if (running) assertTime(server_time)
  return record
}
