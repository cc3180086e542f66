import { sql as text } from 'kysely'
import type { Storage } from '../../src/storage/storage.ts'

/** The steps that read a growing table by neither an index nor a walk along one that a limit ends. */
export async function scansOf(storage: Storage, sql: string): Promise<string[]> {
  return storage.kind === 'sqlite' ? sqliteScans(storage, sql) : postgresScans(storage, sql)
}

const tables = ['accounts', 'studies', 'study_tallies', 'budgets', 'study_changes', 'study_batch_keys']
tables.push('hidden_accounts', 'idempotency_keys', 'sessions')
tables.push('study_days', 'campus_days', 'board_totals', 'board_tallies')
const growing = `(?:${tables.join('|')})`
const isLimited = (sql: string) => /\blimit\b/i.test(sql)

async function sqliteScans({ db }: Storage, sql: string): Promise<string[]> {
  const { rows } = await text<{ detail: string }>`explain query plan ${text.raw(sql)}`.execute(db)
  const scan = new RegExp(`^SCAN ${growing}\\b(?! (?:AS \\w+ )?USING)`)
  const walk = new RegExp(`^SCAN ${growing}\\b`)
  // The order of the primary key needs no index: SQLite then only says SCAN.
  const byId = /order by "id"|where "id" >/.test(sql)
  return rows
    .map(({ detail }) => detail)
    .filter((detail) => (isLimited(sql) ? scan.test(detail) && !byId : walk.test(detail)))
}

async function postgresScans({ db }: Storage, sql: string): Promise<string[]> {
  const lines = await db.transaction().execute(async (tx) => {
    // Prefers every alternative to these, on tables of any size.
    for (const way of ['seqscan', 'sort']) await text.raw(`set local enable_${way} = off`).execute(tx)
    const { rows } = await text<{ 'QUERY PLAN': string }>`explain (generic_plan) ${text.raw(sql)}`.execute(tx)
    return rows.map((row) => row['QUERY PLAN'])
  })
  const scans = lines.filter((line) => new RegExp(`Seq Scan on ${growing}\\b`).test(line))
  // A limit ends a walk along an index, but not a sort.
  const more = isLimited(sql) ? lines.filter((line) => /\bSort {1,2}\(/.test(line)) : await walksIn(db, lines)
  return [...scans, ...more]
}

/** For a later column of an index PostgreSQL reads the whole index: only the first column narrows the walk. */
async function walksIn(db: Storage['db'], lines: string[]): Promise<string[]> {
  const { rows } = await text<{ name: string; first: string }>`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid, 1, true) as first from pg_index`.execute(db)
  const firstOf = new Map(rows.map(({ name, first }) => [name, first]))
  return lines.filter((line, at) => {
    const [, name] = /(?:Index (?:Only )?Scan(?: Backward)? using|Bitmap Index Scan on) (\w+)/.exec(line) ?? []
    if (name === undefined || !new RegExp(`^${growing}_`).test(name)) return false
    return !new RegExp(`Index Cond: .*\\b${firstOf.get(name)}\\b`).test(lines[at + 1] ?? '')
  })
}
