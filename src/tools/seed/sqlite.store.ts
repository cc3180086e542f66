import { isHidden } from '../../accounts/account.ts'
import { openSqliteDatabase } from '../../storage/sqlite/sqlite-database.ts'
import { type SeedStore, type SeedTransaction, stateKey } from './seed.store.ts'

const insertAccount = `insert into accounts (id, username, username_key, student_number_hash, password_hash, credential_version,
  created_at, last_seen_at, visibility, daily_goal_minutes) values (?, ?, ?, ?, ?, 1, ?, ?, ?, ?)`
const hideAccount = 'insert into hidden_accounts (account_id) values (?)'
const insertRecord = `insert into studies (id, account_id, started_at, ended_at, end_cause, subject, note, heartbeat_at,
  seen_from, seen_to) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const updateAccount = `update accounts set study_count = study_count + ?, last_seen_at = max(last_seen_at, ?),
  totals_version = null where id = ?`
const addToCounter = `insert into study_tallies (width, bucket, slot, count) values (?, ?, 0, ?)
  on conflict (width, bucket, slot) do update set count = count + excluded.count`
const putSetting =
  'insert into settings (key, value) values (?, ?) on conflict (key) do update set value = excluded.value'

/**
 * Runs one statement per row on a bare connection. In measurements this was 1.5 times as fast as many rows per statement, and
 * 1.5 times as fast as with savepoints.
 */
export function sqliteStore(path: string): SeedStore {
  const database = openSqliteDatabase(path)
  const run = (sql: string, ...parameters: (string | number | null)[]) => database.prepare(sql).run(parameters)
  // Makes room for the index pages that all students' new records go to.
  run('pragma cache_size = -262144')
  // Every record references an account that was inserted before, so checks are not needed.
  run('pragma foreign_keys = off')

  const tx: SeedTransaction = {
    async insertAccounts(accounts, hash) {
      for (const account of accounts) {
        const { id, username, usernameKey, studentNumberHash, createdAt, visibility, dailyGoalMinutes } = account
        const names = [id, username, usernameKey, studentNumberHash, hash]
        run(insertAccount, ...names, createdAt, createdAt, visibility, dailyGoalMinutes)
        if (isHidden(account)) run(hideAccount, id)
      }
    },
    async insertRecords(firstId, records) {
      const insert = database.prepare(insertRecord)
      for (const [index, record] of records.entries()) {
        const { accountId, startedAt, endedAt, endCause, subject, note, heartbeatAt, seenFrom, seenTo } = record
        const times = [firstId + index, accountId, startedAt, endedAt, endCause]
        insert.run([...times, subject, note, heartbeatAt, seenFrom, seenTo])
      }
    },
    async updateAccounts(deltas) {
      for (const { id, studies, lastSeenAt } of deltas) run(updateAccount, studies, lastSeenAt, id)
    },
    async addToCounters(deltas) {
      for (const { width, bucket, delta } of deltas) run(addToCounter, width, bucket, delta)
    },
    async putState(state) {
      run(putSetting, stateKey, state)
    },
  }

  return {
    async findState() {
      const [row] = database.prepare('select value from settings where key = ?').all([stateKey]) as { value: string }[]
      return row?.value
    },
    hasAccounts: async () => database.prepare('select id from accounts limit 1').all([]).length > 0,
    async transaction(work) {
      run('begin immediate')
      try {
        await work(tx)
        run('commit')
      } catch (error) {
        run('rollback')
        throw error
      }
    },
    async tidy() {
      database.prepare('pragma wal_checkpoint(truncate)').all([])
    },
    close: async () => database.close(),
  }
}
