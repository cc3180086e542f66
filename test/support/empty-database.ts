import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'

export interface EmptyDatabase {
  url: string
  close(): Promise<void>
}

/** Creates a database for one test: a file, or a new database on the server that TEST_POSTGRES_URL names. */
export async function emptyDatabase(folder: string): Promise<EmptyDatabase> {
  const server = process.env.TEST_POSTGRES_URL
  if (server === undefined) return { url: `file:${join(folder, 'test.sqlite')}`, close: async () => undefined }
  const name = `test_${randomBytes(8).toString('hex')}`
  await onServer(server, `create database ${name}`)
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
