import { Socket } from 'node:net'
import { AggregatorRegistry } from 'prom-client'
import type { Config } from '../../config/config.ts'
import type { ChannelListener, MessageChannel } from '../../storage/storage.ts'
import type { Answering } from '../serve.ts'
import type { EndStep, WorkerInit, WorkerMessage } from './worker-messages.ts'

/** A worker's connection to the primary. */
export interface PrimaryChannel {
  init: Promise<WorkerInit>
  /** The metrics of all workers together, in Prometheus text format. */
  metrics(): Promise<string>
  /** To the other workers. */
  channel: MessageChannel
  /** Takes connections until the primary shuts it down. `ended` is called then, with a promise that resolves after the last response. */
  ready(answering: Answering, ended: (finished: Promise<void>) => void): void
  failed(line: string): Promise<void>
}

/** Without its primary, a worker gets no more connections: it then exits at once. */
export function connectToPrimary(): PrimaryChannel {
  // Answers the primary when it collects the metrics of all workers.
  new AggregatorRegistry()
  const asked = new Map<number, (text: string) => void>()
  const init = Promise.withResolvers<WorkerInit>()
  const listeners = new Set<ChannelListener>()
  let questions = 0
  process.once('disconnect', () => process.exit(0))
  const serving = Promise.withResolvers<Serving>()
  process.on('message', (message: WorkerMessage, connection: unknown) => {
    if (connection instanceof Socket) void serving.promise.then(({ answering }) => answering.take(connection))
    if (isEndStep(message)) void serving.promise.then((one) => end(one, message.type))
    if (message.type === 'init') init.resolve(message.init)
    if (message.type === 'message') for (const { onMessage } of listeners) onMessage(message.text)
    if (message.type === 'metrics') {
      asked.get(message.id)?.(message.text)
      asked.delete(message.id)
    }
  })
  void say({ type: 'init request' })
  return {
    init: init.promise,
    metrics: () =>
      new Promise((resolve) => {
        const id = ++questions
        asked.set(id, resolve)
        void say({ type: 'metrics request', id })
      }),
    channel: {
      maxBytes: maxMessageBytes,
      send: (text) => say({ type: 'message', text }),
      // It is never complete: other services may use the same database file.
      listen: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    ready: (answering, ended) => {
      serving.resolve({ answering, ended })
      void say({ type: 'ready', ready: { demoStudent: answering.demoStudent, alone: answering.alone } })
    },
    failed: (line) => say({ type: 'failed', line }),
  }
}

const maxMessageBytes = 64 * 1024

interface Serving {
  answering: Answering
  ended: (finished: Promise<void>) => void
}

function isEndStep(message: WorkerMessage): message is { type: EndStep } {
  return message.type === 'begin' || message.type === 'hold' || message.type === 'finish'
}

function end({ answering, ended }: Serving, step: EndStep): void {
  if (step === 'finish') ended(answering.finish())
  else answering[step]()
}

/** Resolves once the message is sent, or cannot be sent. */
function say(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(message, undefined, undefined, () => resolve())
  })
}

/** One worker's share of the limits, so that the machine's total does not grow with the number of processes. */
export function shareOf(config: Config): Config {
  const share = (all: number) => Math.max(1, Math.floor(all / config.workers))
  const { connections, connectionsPerAddress, listeners } = config.limits
  const limits = {
    connections: share(connections),
    connectionsPerAddress: share(connectionsPerAddress),
    listeners: share(listeners),
  }
  return { ...config, limits: { ...config.limits, ...limits } }
}
