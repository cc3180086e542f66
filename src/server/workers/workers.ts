import cluster, { type Worker } from 'node:cluster'
import { realpathSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { AggregatorRegistry } from 'prom-client'
import { type EndStep, type Ready, WorkerFailure, type WorkerInit, type WorkerMessage } from './worker-messages.ts'

export interface Workers {
  /** Resolves when the first worker serves. @throws WorkerFailure if a worker fails before that */
  up: Promise<Ready>
  /** Passes a connection to the next worker. */
  take(connection: Socket): void
  begin(): void
  hold(): void
  /** Lets every worker finish what is in flight. Those that take more than `patience` milliseconds are killed. */
  finish(patience: number): Promise<void>
}

export interface WorkersOptions {
  count: number
  /** The workers wait for this, and load their programs in the meantime. */
  init: Promise<WorkerInit>
  logger: Pick<FastifyBaseLogger, 'info' | 'warn'>
}

const minLifetimeMs = 5000

/** In milliseconds: 0 at first, then growing for a worker that keeps dying soon after its start. `shortLives`: such deaths in a row. */
export function restartDelay(shortLives: number): number {
  return shortLives < 2 ? 0 : Math.min(10_000, 100 * 2 ** (shortLives - 2))
}

/**
 * Starts `count` processes that run this command again. This process accepts the connections and distributes them, and replaces a worker
 * that dies. The cluster module's own listener is not used: when it closes, the connections that it holds are lost.
 * The workers end when this process does, for whatever reason.
 */
export function startWorkers({ count, init, logger }: WorkersOptions): Workers {
  const up = Promise.withResolvers<Ready>()
  const totals = new AggregatorRegistry()
  /** `ready`: the workers that take connections, the next one first. `waiting`: connections that wait for a worker. */
  const ready: Worker[] = []
  const waiting: Socket[] = []
  let serving = false
  let ending = false

  function forkWorker(shortLives: number): void {
    const begun = performance.now()
    const worker = cluster.fork()
    worker.on('error', (error) => {
      logger.warn({ err: error }, 'cannot send a message to a worker')
      // Node.js itself could not be started, for example while an installation replaces it: then there is no exit event.
      if (worker.process.pid === undefined) worker.emit('exit', 1, '')
    })
    worker.on('message', (message: WorkerMessage) => void handleMessage(worker, message))
    worker.once('exit', (code, signal) => {
      forget(worker)
      if (!serving) up.reject(new WorkerFailure(`a worker exited immediately (${signal ?? code})`))
      if (!serving || ending) return
      const lives = performance.now() - begun < minLifetimeMs ? shortLives + 1 : 0
      const delay = restartDelay(lives)
      logger.warn({ worker: worker.process.pid, code, signal, delay }, 'a worker exited and is being replaced')
      setTimeout(() => ending || forkWorker(lives), delay)
    })
  }

  async function handleMessage(worker: Worker, message: WorkerMessage): Promise<void> {
    if (message.type === 'init request') tell(worker, { type: 'init', init: await init })
    if (message.type === 'metrics request') {
      const text = await totals.clusterMetrics().catch(() => '')
      tell(worker, { type: 'metrics', id: message.id, text })
    }
    if (message.type === 'message') for (const other of everyone()) if (other !== worker) tell(other, message)
    if (message.type === 'failed') up.reject(new WorkerFailure(message.line))
    if (message.type === 'ready') {
      logger.info({ worker: worker.process.pid }, 'a worker is listening')
      serving = true
      ready.push(worker)
      for (const connection of waiting.splice(0)) take(connection)
      up.resolve(message.ready)
    }
  }

  function take(connection: Socket): void {
    const worker = ready.shift()
    if (worker === undefined) {
      waiting.push(connection)
      return
    }
    ready.push(worker)
    worker.process.send({ type: 'connection' } satisfies WorkerMessage, connection, {}, (error) => {
      if (error) connection.destroy()
    })
  }

  function forget(worker: Worker): void {
    const at = ready.indexOf(worker)
    if (at >= 0) ready.splice(at, 1)
  }

  function step(type: EndStep): void {
    ending = true
    for (const worker of everyone()) tell(worker, { type })
  }

  async function finish(patience: number): Promise<void> {
    const workers = everyone()
    const gone = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)))
    step('finish')
    const late = setTimeout(() => {
      for (const worker of workers) worker.process.kill('SIGKILL')
    }, patience)
    await Promise.all(gone)
    clearTimeout(late)
  }

  // The real path: by the time a worker is replaced, a symbolic link may point to another release.
  cluster.setupPrimary({ exec: realpathSync(process.argv[1] ?? '') })
  for (let at = 0; at < count; at += 1) forkWorker(0)
  init.catch(up.reject)
  return { up: up.promise, take, begin: () => step('begin'), hold: () => step('hold'), finish }
}

function everyone(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
}

function tell(worker: Worker, message: WorkerMessage): void {
  if (worker.isConnected()) worker.send(message, () => undefined)
}
