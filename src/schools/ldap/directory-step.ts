import { SchoolError } from '../school-call/school-error.ts'

/** One step of a login, shown to operators who check a school. Contains no data of the student. */
export interface DirectoryStep {
  name: 'connect' | 'service login' | 'search' | 'login'
  saw: string
  ms: number
}

/** Runs steps and reports each one, whether it succeeds or fails. */
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
