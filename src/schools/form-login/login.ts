import type { OnStep } from '../school-call/step.ts'
import type { Limits } from './limits.ts'
import type { SchoolSession } from './school-session.ts'

/** One login in progress. */
export interface Login {
  session: SchoolSession
  limits: Limits
  onStep: OnStep
  now: () => number
}

export interface Credentials {
  studentNumber: string
  schoolPassword: string
}
