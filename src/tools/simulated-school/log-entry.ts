import type { Fault, FaultStep } from './faults/fault.ts'

/** One request, without its query and body, which contain secrets. */
export interface LogEntry {
  method: string
  path: string
  step?: FaultStep
  /** The fault that affected the request. */
  fault?: Fault['name']
}
