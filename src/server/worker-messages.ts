import type { DemoStudent } from './demo-student.ts'

/** What a worker needs to know of what was set up once for all. */
export interface WorkerInit {
  /** Of the one simulated school, where there is one. */
  demoSchoolUrl: string | undefined
  /** No process of another service used the database file before. */
  alone: boolean
}

export interface Ready {
  demoStudent: DemoStudent | undefined
  alone: boolean
}

export type EndStep = 'begin' | 'hold' | 'finish'

/** Between the first process and its workers, both ways. */
export type WorkerMessage =
  | { type: 'init request' }
  | { type: 'init'; init: WorkerInit }
  | { type: 'ready'; ready: Ready }
  | { type: 'failed'; line: string }
  | { type: 'metrics request'; id: number }
  | { type: 'metrics'; id: number; text: string }
  /** With the connection itself. */
  | { type: 'connection' }
  /** The steps of the end, see `Drain`: whatever was sent before them has arrived before them. */
  | { type: EndStep }

/** A worker cannot start; the message is its own line for the operator. */
export class WorkerFailure extends Error {
  override name = 'WorkerFailure'
}
