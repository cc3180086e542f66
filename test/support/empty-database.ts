import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from '../../src/storage/migrate.ts'
import { openPostgres } from '../../src/storage/postgres/postgres.ts'

export interface EmptyDatabase {
  url: string
  close(): Promise<void>
}

/** Creates a database for one test: a file, or a new database on the server that TEST_POSTGRES_URL names. */
export function emptyDatabase(folder: string): Promise<EmptyDatabase> {
  return newDatabase(folder, 'template1')
}

/**
 * For a test that is not about migrations. If there is a template (`makeTemplate`), the database has the current schema: a copy takes
 * less processor time than the migrations. Otherwise it is empty, and opening it migrates it.
 */
export function preparedDatabase(folder: string): Promise<EmptyDatabase> {
  return newDatabase(folder, process.env.TEST_POSTGRES_TEMPLATE ?? 'template1')
}

/** Creates a database with the current schema on the PostgreSQL server at `url`, and returns its name for TEST_POSTGRES_TEMPLATE. */
export async function makeTemplate(url: string): Promise<string> {
  const name = 'test_template'
  await onServer(url, `create database ${name}`)
  const storage = openPostgres({ url: new URL(`/${name}`, url).href, longRunning: true })
  await migrate(storage)
  await storage.close()
  return name
}

async function newDatabase(folder: string, template: string): Promise<EmptyDatabase> {
  const server = process.env.TEST_POSTGRES_URL
  if (server === undefined) return { url: `file:${join(folder, 'test.sqlite')}`, close: async () => undefined }
  const name = `test_${randomBytes(8).toString('hex')}`
  // The other strategy writes every page to the log. This one is for servers that do not sync, as that of test/run.ts.
  const strategy = process.env.TEST_POSTGRES_TEMPLATE === undefined ? '' : 'strategy file_copy'
  await onServer(server, `create database ${name} template ${template} ${strategy}`)
  return { url: new URL(`/${name}`, server).href, close: () => onServer(server, `drop database ${name} with (force)`) }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
