import { SchoolError } from '../school-call/school-error.ts'

/** What happened in a login, for people who check a school. Holds nothing of the student's. */
export interface Step {
  name: 'login page' | 'scripts' | 'dialect' | 'captcha' | 'trial' | 'logon' | 'proof'
  saw: string
  ms: number
}

export type OnStep = (step: Step) => void

/** Runs one step and tells it, whether it worked or not. */
export async function takeStep<T>(
  onStep: OnStep,
  name: Step['name'],
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
