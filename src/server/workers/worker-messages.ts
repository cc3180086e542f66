import type { DemoStudent } from '../demo-student.ts'

/** What a worker needs from the setup that is done once for all workers. */
export interface WorkerInit {
  /** URL of the shared simulated school, if there is one. */
  demoSchoolUrl: string | undefined
  /** Whether no process of another service used the database file before. */
  alone: boolean
}

export interface Ready {
  demoStudent: DemoStudent | undefined
  alone: boolean
}

export type EndStep = 'begin' | 'hold' | 'finish'

/** Messages between the primary and its workers, in both directions. */
export type WorkerMessage =
  | { type: 'init request' }
  | { type: 'init'; init: WorkerInit }
  | { type: 'ready'; ready: Ready }
  | { type: 'failed'; line: string }
  | { type: 'metrics request'; id: number }
  | { type: 'metrics'; id: number; text: string }
  /** From one worker to all others, see `MessageChannel`. */
  | { type: 'message'; text: string }
  /** Sent together with the connection. */
  | { type: 'connection' }
  /** The steps of the shutdown, see `Drain`. All messages that were sent earlier have arrived by then. */
  | { type: EndStep }

/** A worker cannot start. The message is the worker's own line for the operator. */
export class WorkerFailure extends Error {
  override name = 'WorkerFailure'
}
