import type { Fault, FaultStep } from './faults/fault.ts'

/** One request, as far as it may be known: no query, no body. */
export interface LogEntry {
  method: string
  path: string
  step?: FaultStep
  /** The fault that struck. */
  fault?: Fault['name']
}
