import { unfinishedCopy } from '../../storage/settings.repository.ts'
import type { Tables } from '../../storage/tables.ts'

export type Value = number | string | null
export type Row = readonly Value[]

/** Which parts of a table are copied. A test compares the list with the schema. */
export interface CopiedTable {
  name: keyof Tables
  columns: Readonly<Record<string, 'bigint' | 'text'>>
  /** The primary key. Rows are read, written and checked in its order. */
  key: readonly string[]
  /** Whether the database generates the key's values. */
  drawn?: true
  /** SQL condition that selects the rows to copy. */
  where?: string
}

const integer = 'bigint'
const text = 'text'

/** The order matters: a record references its account. The settings, with the secret's fingerprint, are copied last. */
export const copiedTables: readonly CopiedTable[] = [
  {
    name: 'accounts',
    columns: {
      ...{ id: integer, username: text, username_key: text, student_number_hash: text, password_hash: text },
      ...{ credential_version: integer, created_at: integer, last_seen_at: integer, study_count: integer },
      ...{ study_version: integer, visibility: text, daily_goal_minutes: integer, changes_forgotten_to: integer },
      ...{ totals_version: integer, totals_basis: text, totals_shared: integer },
      ...{ latest_end: integer, latest_end_version: integer },
    },
    key: ['id'],
    drawn: true,
  },
  {
    name: 'studies',
    columns: {
      ...{ id: integer, account_id: integer, started_at: integer, ended_at: integer, end_cause: text },
      ...{ subject: text, note: text, heartbeat_at: integer, seen_from: integer, seen_to: integer },
      version: integer,
    },
    key: ['id'],
    drawn: true,
  },
  {
    name: 'study_changes',
    columns: { account_id: integer, version: integer, study_id: integer, changed_at: integer },
    key: ['account_id', 'version'],
  },
  {
    name: 'study_batch_keys',
    columns: {
      ...{ account_id: integer, key: text, content: text, study_id: integer },
      ...{ answer: text, answered_at: integer },
    },
    key: ['account_id', 'key'],
  },
  { name: 'hidden_accounts', columns: { account_id: integer }, key: ['account_id'] },
  {
    name: 'study_tallies',
    columns: { width: integer, bucket: integer, slot: integer, count: integer },
    key: ['width', 'bucket', 'slot'],
  },
  {
    name: 'board_totals',
    columns: { account_id: integer, period: integer, seconds: integer },
    key: ['account_id', 'period'],
  },
  {
    name: 'board_tallies',
    columns: { period: integer, width: integer, bucket: integer, slot: integer, count: integer },
    key: ['period', 'width', 'bucket', 'slot'],
  },
  {
    name: 'study_days',
    columns: {
      ...{ account_id: integer, day: integer, seconds: integer, seen_seconds: integer, hours: text, subjects: text },
    },
    key: ['account_id', 'day'],
  },
  { name: 'campus_days', columns: { day: integer, slot: integer, seconds: integer }, key: ['day', 'slot'] },
  { name: 'budgets', columns: { key: text, points: integer, expires_at: integer }, key: ['key'] },
  {
    name: 'waiting_places',
    columns: { id: integer, student: text, address: text, state: text, until: integer },
    key: ['id'],
    drawn: true,
  },
  {
    name: 'idempotency_keys',
    columns: {
      ...{ mark: text, fingerprint: text, account_id: integer, status: integer, location: text, body: text },
      created_at: integer,
    },
    key: ['mark'],
  },
  {
    name: 'sessions',
    columns: {
      ...{ id: integer, account_id: integer, value_hash: text, credential_version: integer, device: text },
      ...{ created_at: integer, last_seen_at: integer, expires_at: integer },
    },
    key: ['id'],
    drawn: true,
  },
  { name: 'settings', columns: { key: text, value: text }, key: ['key'], where: `key <> '${unfinishedCopy}'` },
]

export function keyOf({ columns, key }: CopiedTable, row: Row): Value[] {
  const names = Object.keys(columns)
  return key.map((name) => row[names.indexOf(name)] ?? null)
}
