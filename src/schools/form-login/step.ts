import { SchoolError } from '../school-call/school-error.ts'

/** What happened in a login, for people who check a school. Holds nothing of the student's. */
export interface Step {
  /** `login page`, `captcha`, `proof` …: what the adapter calls it. */
  name: string
  saw: string
  ms: number
}

export type OnStep = (step: Step) => void

/** Runs one step and tells it, whether it worked or not. */
export async function takeStep<T>(
  onStep: OnStep,
  name: string,
  run: () => Promise<T>,
  describe: (result: T) => string,
): Promise<T> {
  const startedAt = performance.now()
  const tell = (saw: string) => onStep({ name, saw, ms: performance.now() - startedAt })
  try {
    const result = await run()
    tell(describe(result))
    return result
  } catch (error) {
    tell(error instanceof SchoolError ? `${error.reason}: ${error.message}` : 'failed')
    throw error
  }
}
