import { sql } from 'kysely'
import { isHidden } from '../../accounts/account.ts'
import { type BulkColumn, type BulkRow, inParts } from '../../storage/postgres/postgres-bulk.ts'
import type { Db, Storage } from '../../storage/storage.ts'
import { type SeedStore, type SeedTransaction, stateKey } from './seed.store.ts'

export function postgresStore(storage: Storage): SeedStore {
  const { db, write, close } = storage
  return {
    async findState() {
      const row = await db.selectFrom('settings').select('value').where('key', '=', stateKey).executeTakeFirst()
      return row?.value
    },
    hasAccounts: async () => (await db.selectFrom('accounts').select('id').limit(1).executeTakeFirst()) !== undefined,
    transaction: (work) => write((tx) => work(transactionOn(tx))),
    tidy: async () => void (await sql`analyze`.execute(db)),
    close,
  }
}

function transactionOn(db: Db): SeedTransaction {
  return {
    async insertAccounts(accounts, hash) {
      const rows = accounts.map((account): BulkRow => {
        const { id, username, usernameKey, studentNumberHash, createdAt, visibility, dailyGoalMinutes } = account
        const names = [id, username, usernameKey, studentNumberHash, hash]
        return [...names, 1, createdAt, createdAt, visibility, dailyGoalMinutes]
      })
      const columns = `id, username, username_key, student_number_hash, password_hash, credential_version, created_at,
        last_seen_at, visibility, daily_goal_minutes`
      const types: BulkColumn[] = [
        ...(['bigint', 'text', 'text', 'text', 'text'] as const),
        ...(['bigint', 'bigint', 'bigint', 'text', 'bigint'] as const),
      ]
      await inParts(db, types, rows, (source) => `insert into accounts (${columns}) ${source}`)
      const hidden = accounts.filter(isHidden).map(({ id }): BulkRow => [id])
      await inParts(db, ['bigint'], hidden, (source) => `insert into hidden_accounts (account_id) ${source}`)
      await moveSequence(db, 'accounts')
    },
    async insertRecords(firstId, records) {
      const rows = records.map(
        ({ accountId, startedAt, endedAt, endCause, ...record }, index): BulkRow => [
          ...[firstId + index, accountId, startedAt, endedAt, endCause],
          ...[record.subject, record.note, record.heartbeatAt, record.seenFrom, record.seenTo],
        ],
      )
      const columns = 'id, account_id, started_at, ended_at, end_cause, subject, note, heartbeat_at, seen_from, seen_to'
      const types: BulkColumn[] = [
        ...(['bigint', 'bigint', 'bigint', 'bigint', 'text'] as const),
        ...(['text', 'text', 'bigint', 'bigint', 'bigint'] as const),
      ]
      await inParts(db, types, rows, (source) => `insert into studies (${columns}) ${source}`)
      await moveSequence(db, 'studies')
    },
    async updateAccounts(deltas) {
      const rows = deltas.map(({ id, studies, lastSeenAt }): BulkRow => [id, studies, lastSeenAt])
      const set =
        'study_count = study_count + part.b, last_seen_at = greatest(last_seen_at, part.c), totals_version = null'
      const update = (source: string) => `update accounts set ${set} from (${source}) as part where id = part.a`
      await inParts(db, ['bigint', 'bigint', 'bigint'], rows, update)
    },
    async addToCounters(deltas) {
      const rows = deltas.map(({ width, bucket, delta }): BulkRow => [width, bucket, 0, delta])
      const merge = 'on conflict (width, bucket, slot) do update set count = study_tallies.count + excluded.count'
      const insert = (source: string) => `insert into study_tallies (width, bucket, slot, count) ${source} ${merge}`
      await inParts(db, ['bigint', 'bigint', 'bigint', 'bigint'], rows, insert)
    },
    async putState(value) {
      await db
        .insertInto('settings')
        .values({ key: stateKey, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute()
    },
  }
}

/** The ids were inserted explicitly, so the sequence has to be moved past them. */
async function moveSequence(db: Db, table: 'accounts' | 'studies'): Promise<void> {
  const next = sql`select coalesce(max(id), 0) + 1 from ${sql.table(table)}`
  await sql`select setval(pg_get_serial_sequence(${table}, 'id'), (${next}), false)`.execute(db)
}
