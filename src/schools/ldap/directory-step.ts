import { SchoolError } from '../school-call/school-error.ts'

/** What happened in a login, for people who check a school. Holds nothing of the student's. */
export interface DirectoryStep {
  name: 'connect' | 'service login' | 'search' | 'login'
  saw: string
  ms: number
}

/** Runs steps and tells each, whether it worked or not. */
export function tellStep(tell: (step: DirectoryStep) => void) {
  return async function step<T>(
    name: DirectoryStep['name'],
    run: () => Promise<T>,
    describe: string | ((result: T) => string),
  ): Promise<T> {
    const startedAt = performance.now()
    const told = (saw: string) => tell({ name, saw, ms: performance.now() - startedAt })
    try {
      const result = await run()
      told(typeof describe === 'string' ? describe : describe(result))
      return result
    } catch (error) {
      told(error instanceof SchoolError ? `${error.reason}: ${error.message}` : 'failed')
      throw error
    }
  }
}
