import { SchoolError } from './school-error.ts'

/** One step of a login, shown to operators who check a school. Contains no data of the student. */
export interface Step {
  /** The adapter's name for the step: `login page`, `captcha`, `proof` …. */
  name: string
  saw: string
  ms: number
}

export type OnStep = (step: Step) => void

/** Runs one step and reports it, whether it succeeds or fails. */
export async function takeStep<T>(
  onStep: OnStep,
  name: string,
  run: () => Promise<T>,
  describe: (result: T) => string,
): Promise<T> {
  const startedAt = performance.now()
  const report = (saw: string) => onStep({ name, saw, ms: performance.now() - startedAt })
  try {
    const result = await run()
    report(describe(result))
    return result
  } catch (error) {
    report(error instanceof SchoolError ? `${error.reason}: ${error.message}` : 'failed')
    throw error
  }
}
