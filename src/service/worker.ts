import { AggregatorRegistry } from 'prom-client'
import type { Config } from '../config/config.ts'
import type { Listening, Orders, WorkerMessage } from './worker-messages.ts'

/** What a worker says to the first process, and hears from it. */
export interface Foreman {
  orders: Promise<Orders>
  /** In Prometheus' text form: of all workers together. */
  metrics(): Promise<string>
  listening(listening: Listening): void
  failed(line: string): Promise<void>
}

/** Nobody is left to hand connections to a worker whose first process is gone: it ends then, at once. */
export function reportToForeman(): Foreman {
  // Answers the first process when it gathers the figures of all.
  new AggregatorRegistry()
  const asked = new Map<number, (text: string) => void>()
  const orders = Promise.withResolvers<Orders>()
  let questions = 0
  process.once('disconnect', () => process.exit(0))
  process.on('message', (message: WorkerMessage) => {
    if (message.type === 'orders') orders.resolve(message.orders)
    if (message.type === 'metrics') {
      asked.get(message.id)?.(message.text)
      asked.delete(message.id)
    }
  })
  void say({ type: 'wants orders' })
  return {
    orders: orders.promise,
    metrics: () =>
      new Promise((resolve) => {
        const id = ++questions
        asked.set(id, resolve)
        void say({ type: 'wants metrics', id })
      }),
    listening: (listening) => void say({ type: 'listening', listening }),
    failed: (line) => say({ type: 'failed', line }),
  }
}

/** Resolves once it is sent, or cannot be. */
function say(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(message, undefined, undefined, () => resolve())
  })
}

/** One worker's share: the school is to see no more logins at once, however many processes there are; each needs one. */
export function shareOf(config: Config): Config {
  return { ...config, schoolConcurrency: Math.max(1, Math.floor(config.schoolConcurrency / config.workers)) }
}
