import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from './child-environment.ts'
import { emptyDatabase, preparedDatabase } from './empty-database.ts'

export type Settings = Record<string, string>

export interface Place {
  folder: string
  /** In the format of DATABASE_URL. */
  databaseUrl: string
  remove(): Promise<void>
}

/** Makes a folder and a database without accounts of the kind under test: an empty one, or one from `preparedDatabase`. */
export async function makePlace({ prepared = false } = {}): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-service-'))
  const { url, close } = await (prepared ? preparedDatabase(folder) : emptyDatabase(folder))
  const remove = async () => {
    await close()
    await rm(folder, { recursive: true })
  }
  return { folder, databaseUrl: url, remove }
}

export interface SpawnedService {
  /** The origin that it listens on. */
  address: string
  child: ChildProcess
  /** All output so far, on both streams. */
  said(): string
  /** Signals the process, waits for its end, and returns its exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** The paths of Node.js and of the file to run. */
export type Program = readonly [node: string, main: string]

/** The bundle that `npm test` has built, as in production. The sources if a test file is run directly. */
export const main = process.env.TEST_MAIN ?? fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const underTest: Program = [process.execPath, main]

export interface SpawnOptions {
  /** The destination of its log: a pipe, or an open file. */
  output?: number | 'pipe'
  /** The program to run instead of `main`. */
  program?: Program
}

/** Runs `occupy serve` as a process, with only these settings, in the folder of `place`. */
export async function spawnService(
  place: Place,
  settings: Settings = {},
  options: SpawnOptions = {},
): Promise<SpawnedService> {
  const { child, said, exit } = spawnServe(place, settings, options)
  const address = await Promise.race([greeted(child, said), exit.then(() => undefined)])
  if (address === undefined) throw new Error(`the service did not start:\n${said()}`)
  const end = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return await exit
  }
  return { address, child, said, end }
}

/** Waits until the service takes no connection any more. Asks seldom: it goes on listening while connections come. */
export async function untilRefused({ address }: SpawnedService): Promise<void> {
  for (;;) {
    const socket = connect(Number(new URL(address).port), '127.0.0.1')
    const isConnected = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (!isConnected) return
    await setTimeout(150)
  }
}

/** Starts a service that is expected to refuse its settings. */
export async function failToStart(place: Place, settings: Settings): Promise<{ code: number | null; said: string }> {
  const { said, exit } = spawnServe(place, settings)
  return { code: await exit, said: said() }
}

function spawnServe(place: Place, settings: Settings, { output = 'pipe', program = underTest }: SpawnOptions = {}) {
  const [node, file] = program
  const child = spawn(node, [file, 'serve'], {
    cwd: place.folder,
    env: { ...childEnvironment, PORT: '0', DATABASE_URL: place.databaseUrl, ...settings },
    stdio: ['ignore', output, 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk))
  const exit = once(child, 'close').then(([code]: (number | null)[]) => code ?? null)
  return { child, said: () => text, exit }
}

/** Waits for the banner on standard error. It contains the address at every log level. */
async function greeted(child: ChildProcess, said: () => string): Promise<string> {
  for (;;) {
    const address = /(https?:\/\/[^\s/]+)\/api\/v1\.0/.exec(said())?.[1]
    if (address !== undefined && /API docs/.test(said())) return address
    await once(child.stderr ?? child, 'data')
  }
}
